using System.IO.Compression;
using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>Result sets, their files and their webhook.</summary>
[Collection(nameof(OnePlatform))]
public sealed class ResultSetTests(DialectHost host)
{
    private readonly TrajectClient _client = new(host.Client);

    [Fact]
    public async Task Result_sets_are_listed_newest_first()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""", """{"search_type":"web"}""");
        await _client.RunAsync(id);
        await _client.RunAsync(id);

        var list = (await _client.GetAsync($"{id}/results")).Json;

        Assert.Equal((id, id, 2), ((string)list["batch_id"]!, (string)list["batch"]!["id"]!, (int)list["results_count"]!));
        Assert.Equal([2, 1], list["results"]!.AsArray().Select(set => (int)set!["id"]!));
        Shape.Fits(
            """
            {"id":2,"started_at":"t","ended_at":"t","expires_at":"t","results_page_count":1,"searches_completed":1,"searches_failed":1,
             "searches_total":2,"webhook_status":{"status":"not_set","log":[]},"destination_status":{}}
            """,
            list["results"]![0]!);
        Assert.Equal((1, 1, 2), ((int)list["results"]![0]!["searches_completed"]!, (int)list["results"]![0]!["searches_failed"]!, (int)list["results"]![0]!["searches_total"]!));
    }

    [Fact]
    public async Task Pages_are_json_json_lines_and_csv_and_need_no_key()
    {
        var id = await _client.BatchAsync("""{"q":"Reykjavik","custom_id":"a"}""");
        await _client.RunAsync(id);
        var search = (await _client.SearchIdsAsync(id))[0];

        var json = JsonNode.Parse(await FileAsync(await LinkAsync(id, "")))!.AsArray();
        var line = await FileAsync(await LinkAsync(id, "/jsonlines"));
        var csv = (await FileAsync(await LinkAsync(id, "/csv"))).Split("\r\n");
        var chosen = await FileAsync(await LinkAsync(id, "/csv?csv_fields=search.q,result.request_info.success"));

        var record = json.Single()!;
        Assert.Equal((search, true, "Reykjavik", "a"), ((string)record["id"]!, (bool)record["success"]!, (string)record["search"]!["q"]!, (string)record["search"]!["custom_id"]!));
        Assert.NotEmpty(record["result"]!["organic_results"]!.AsArray());
        Assert.True((double)record["total_time_taken"]! >= 0);
        Assert.True(JsonNode.DeepEquals(record, JsonNode.Parse(line)));
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        Assert.Equal("search.custom_id,search.q,result.organic_results,result.request_info.success,result.search_parameters.q", csv[0]);
        Assert.StartsWith("a,Reykjavik,", csv[1], StringComparison.Ordinal);
        Assert.Equal("search.q,result.request_info.success\r\nReykjavik,true\r\n", chosen);
    }

    [Fact]
    public async Task What_a_spreadsheet_would_run_is_told_to_be_text_and_a_number_stays_one()
    {
        var id = await _client.BatchAsync("""{"q":"=1+1","num":-5}""");
        await _client.RunAsync(id);

        var chosen = await FileAsync(await LinkAsync(id, "/csv?csv_fields=search.q,search.num"));

        Assert.Equal("search.q,search.num\r\n'=1+1,-5\r\n", chosen);
    }

    [Fact]
    public async Task A_failed_search_has_its_error_as_its_result()
    {
        var id = await _client.BatchAsync("""{"search_type":"web"}""");
        await _client.RunAsync(id);

        var record = JsonNode.Parse(await FileAsync(await LinkAsync(id, "")))![0]!;

        Assert.False((bool)record["success"]!);
        Assert.Equal((false, "UPSTREAM_STATUS"), ((bool)record["result"]!["request_info"]!["success"]!, (string)record["result"]!["request_info"]!["code"]!));
    }

    [Fact]
    public async Task All_pages_come_in_one_file()
    {
        var id = await _client.BatchAsync();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await _client.PutAsync(id, $$"""{"searches":[{{string.Join(',', Enumerable.Repeat("""{"q":"London"}""", 600))}}]}""");
        }

        await _client.RunAsync(id);

        var links = (await _client.GetAsync($"{id}/results/1")).Json["result"]!["download_links"]!;
        Assert.Equal(2, links["pages"]!.AsArray().Count);
        Assert.Contains($"/Batch_Results_{id}_1_Page_2.json?", (string)links["pages"]![1]!, StringComparison.Ordinal);
        using var zip = new ZipArchive(await host.Client.GetStreamAsync((string)links["all_pages"]!));
        Assert.Equal([$"Batch_Results_{id}_1_Page_1.json", $"Batch_Results_{id}_1_Page_2.json"], zip.Entries.Select(entry => entry.FullName));
        var counts = zip.Entries.Select(entry =>
        {
            using var stream = entry.Open();
            return JsonNode.Parse(stream)!.AsArray().Count;
        });
        Assert.Equal([1000, 200], counts);
        var csv = await FileAsync((string)(await _client.GetAsync($"{id}/results/1/csv?csv_fields=search.q")).Json["result"]!["download_links"]!["all_pages"]!);
        Assert.Equal(1201, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_link_opens_one_file_and_no_other()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");
        await _client.RunAsync(id);
        var link = await LinkAsync(id, "");

        var changed = await host.Client.AskAsync(HttpMethod.Get, link.Replace("_Page_1.json", "_Page_1.jsonl", StringComparison.Ordinal));
        var withKey = await _client.GetAsync($"{id}/results/1/files/Batch_Results_{id}_1_Page_1.jsonl");

        Assert.Equal((401, 200), (changed.Status, withKey.Status));
        Assert.Equal(404, (await _client.GetAsync($"{id}/results/1/files/Batch_Results_{id}_1_Page_2.json")).Status);
        Assert.Equal(401, (await host.Client.AskAsync(HttpMethod.Get, $"/batches/{id}/results/1/files/Batch_Results_{id}_1_Page_1.json")).Status);
    }

    [Fact]
    public async Task A_webhook_tells_of_each_result_set_and_is_sent_again_on_request()
    {
        await using var receiver = await Receiver.StartAsync();
        var id = TrajectClient.IdOf(await _client.CreateAsync(
            $$"""{"name":"told","notification_webhook":"{{receiver.Url}}","notification_as_json":true,"notification_as_csv":true,"notification_csv_fields":"search.q","searches":[{"q":"London"}]}"""));

        await _client.RunAsync(id);
        var received = (await receiver.ReceiveAsync(1))[0];
        var body = JsonNode.Parse(received.Body)!;

        Assert.Equal(("application/json; charset=utf-8", false), (received.ContentType, received.IsSigned));
        Assert.Equal("batch_resultset_completed", (string)body["request_info"]!["type"]!);
        Assert.Equal((id, "told"), ((string)body["batch"]!["id"]!, (string)body["batch"]!["name"]!));
        Assert.Equal((1, 1, 0), ((int)body["result_set"]!["id"]!, (int)body["result_set"]!["searches_completed"]!, (int)body["result_set"]!["searches_failed"]!));
        Assert.Equal(["json", "csv"], body["result_set"]!["download_links"]!.AsObject().Select(format => format.Key));
        Assert.Equal("search.q\r\nLondon\r\n", await FileAsync((string)body["result_set"]!["download_links"]!["csv"]!["all_pages"]!));

        await Eventually.Equal("success", async () => (string)(await _client.GetAsync($"{id}/results/1")).Json["result"]!["webhook_status"]!["status"]!);
        var resent = await _client.GetAsync($"{id}/results/1/resendwebhook");
        Assert.Equal("""{"request_info":{"success":true,"message":"Webhook POST resent successfully."}}""", resent.Text);
        await receiver.ReceiveAsync(2);
    }

    [Fact]
    public async Task Links_of_a_webhook_begin_with_the_host_at_which_the_batch_was_set_up()
    {
        await using var receiver = await Receiver.StartAsync();
        var body = $$"""{"name":"told","notification_webhook":"{{receiver.Url}}","notification_as_json":true,"searches":[{"q":"London"}]}""";
        var id = TrajectClient.IdOf(await host.Client.AskAsync(
            HttpMethod.Post, $"/batches?api_key={DialectHost.Key}", Http.Json(body), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "serp.example.org")));

        await _client.RunAsync(id);
        await _client.PutAsync(id, """{"name":"moved"}""");
        await _client.RunAsync(id);

        var links = (await receiver.ReceiveAsync(2)).Select(received => (string)JsonNode.Parse(received.Body)!["result_set"]!["download_links"]!["json"]!["pages"]![0]!).ToList();
        Assert.Contains(links, link => link.StartsWith($"https://serp.example.org/batches/{id}/results/1/", StringComparison.Ordinal));
        Assert.Contains(links, link => link.StartsWith($"{host.Client.BaseAddress}batches/{id}/results/2/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stopped_batch_runs_its_searches_as_they_are_in_the_next_result_set()
    {
        var held = await HeldSearches.HoldAsync(host);
        var id = await _client.BatchAsync("""{"q":"London"}""", """{"q":"Paris"}""");
        var searches = await _client.SearchIdsAsync(id);
        await _client.GetAsync($"{id}/start");
        await _client.GetAsync($"{id}/stop");
        await _client.DeleteAsync($"{id}/{searches[1]}");
        await _client.PutAsync($"{id}/{searches[0]}", """{"q":"Leeds"}""");
        await held.DisposeAsync();

        await _client.RunAsync(id);

        var page = (string)(await _client.GetAsync($"{id}/results/2")).Json["result"]!["download_links"]!["pages"]![0]!;
        var records = JsonNode.Parse(await FileAsync(page))!.AsArray();
        Assert.Equal(["Leeds"], records.Select(record => (string)record!["search"]!["q"]!));
    }

    [Fact]
    public async Task A_webhook_that_was_never_set_cannot_be_sent_again()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");
        await _client.RunAsync(id);

        Assert.Equal(400, (await _client.GetAsync($"{id}/results/1/resendwebhook")).Status);
    }

    private async Task<string> LinkAsync(string id, string format) =>
        (string)(await _client.GetAsync($"{id}/results/1{format}")).Json["result"]!["download_links"]!["pages"]![0]!;

    private async Task<string> FileAsync(string link) => await host.Client.GetStringAsync(link);
}

using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>Batches: created, shown, listed, updated, started, stopped and deleted.</summary>
[Collection(nameof(OnePlatform))]
public sealed class BatchTests(DialectHost host)
{
    private readonly TrajectClient _client = new(host.Client);

    [Fact]
    public async Task A_batch_has_the_members_that_clients_read()
    {
        var reply = await _client.CreateAsync("""
            {"name":"all of it","enabled":false,"schedule_type":"minutes","schedule_minutes":"every_5_minutes","schedule_hours":"9,17",
             "priority":"highest","destination_ids":["AB","CD"],"notification_email":"a@example.org","notification_webhook":"http://127.0.0.1:9/hook",
             "notification_as_json":true,"notification_as_jsonlines":"true","notification_as_csv":1,"notification_csv_fields":"search.q","searches_type":"web",
             "searches":[{"q":"London"},{"q":"Paris","search_type":"news","custom_id":"mine"}]}
            """);

        var batch = reply.Json["batch"]!.DeepClone().AsObject();
        Assert.Matches("^[0-9A-F]{8}$", (string)batch["id"]!);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)batch["created_at"]!);
        batch.Remove("id");
        batch.Remove("created_at");
        Assert.Equal(
            """{"last_run":null,"name":"all of it","schedule_type":"minutes","schedule_minutes":"every_5_minutes","schedule_hours":[9,17],"next_run":null,"priority":"highest","destination_ids":["AB","CD"],"enabled":false,"status":"idle","searches_total_count":2,"searches_page_count":1,"searches_type":"web","searches_type_locked":false,"credits_required":2,"api_requests_required":2,"next_result_set_id":1,"results_count":0,"notification_email":"a@example.org","notification_webhook":"http://127.0.0.1:9/hook","notification_as_json":true,"notification_as_jsonlines":true,"notification_as_csv":true,"notification_csv_fields":"search.q","searches_per_type_count":{"news":1,"web":1}}""",
            batch.ToJsonString());
    }

    [Fact]
    public async Task A_batch_is_kept_and_run_again_and_again()
    {
        var id = await _client.BatchAsync("""{"q":"London"}""");

        var first = await _client.RunAsync(id);
        var second = await _client.RunAsync(id);

        Assert.Equal((2, 1), ((int)first["next_result_set_id"]!, (int)first["results_count"]!));
        Assert.Equal((3, 2), ((int)second["next_result_set_id"]!, (int)second["results_count"]!));
        Assert.NotNull(second["last_run"]);
    }

    [Fact]
    public async Task What_is_not_given_stays_and_what_is_given_empty_goes()
    {
        var id = TrajectClient.IdOf(await _client.CreateAsync(
            """{"name":"before","schedule_type":"daily","schedule_hours":[3],"priority":"low","notification_webhook":"http://127.0.0.1:9/hook"}"""));

        var renamed = (await _client.PutAsync(id, """{"name":"after"}""")).Json["batch"]!;
        var emptied = (await _client.PutAsync(id, """{"schedule_type":"manual","notification_webhook":""}""")).Json["batch"]!;

        Assert.Equal(("after", "daily", "low"), ((string)renamed["name"]!, (string)renamed["schedule_type"]!, (string)renamed["priority"]!));
        Assert.NotNull(renamed["next_run"]);
        Assert.Equal(("after", "manual", ""), ((string)emptied["name"]!, (string)emptied["schedule_type"]!, (string)emptied["notification_webhook"]!));
        Assert.Null(emptied["next_run"]);
    }

    [Theory]
    [InlineData("schedule_hours")]
    [InlineData("schedule_hours[]")]
    public async Task A_list_in_a_form_may_be_a_name_that_is_repeated(string name)
    {
        var id = await _client.BatchAsync();

        var set = await _client.AskAsync(HttpMethod.Put, id, Http.Form(("schedule_type", "daily"), (name, "8"), (name, "17")));

        Assert.Equal("[8,17]", set.Json["batch"]!["schedule_hours"]!.ToJsonString());
    }

    [Fact]
    public async Task A_refused_change_changes_nothing()
    {
        var id = TrajectClient.IdOf(await _client.CreateAsync("""{"name":"before","priority":"low"}"""));

        var refused = await _client.PutAsync(id, """{"name":"after","priority":"high","searches":[{"q":"London","search_type":"smells"}]}""");

        var batch = (await _client.GetAsync(id)).Json["batch"]!;
        Assert.Equal(400, refused.Status);
        Assert.Equal(("before", "low", 0), ((string)batch["name"]!, (string)batch["priority"]!, (int)batch["searches_total_count"]!));
    }

    [Fact]
    public async Task Start_and_stop_say_what_they_did()
    {
        await using var held = await HeldSearches.HoldAsync(host);
        var id = await _client.BatchAsync("""{"q":"London"}""");

        var started = await _client.GetAsync($"{id}/start");
        var again = await _client.GetAsync($"{id}/start");
        var stopped = await _client.GetAsync($"{id}/stop");
        var idle = await _client.GetAsync($"{id}/stop");

        Assert.Equal(("Batch started", "queued"), ((string)started.Json["request_info"]!["message"]!, (string)started.Json["batch"]!["status"]!));
        Assert.Equal(400, again.Status);
        Assert.Equal(("Batch stopped", "idle"), ((string)stopped.Json["request_info"]!["message"]!, (string)stopped.Json["batch"]!["status"]!));
        Assert.Equal(400, idle.Status);
    }

    [Fact]
    public async Task All_batches_of_a_tenant_stop_at_once()
    {
        await using var held = await HeldSearches.HoldAsync(host);
        var key = await host.AddKeyAsync("stopall", "stopper");
        var client = new TrajectClient(host.Client, key: key);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await client.GetAsync($"{await client.BatchAsync("""{"q":"London"}""")}/start");
        }

        var reply = await client.GetAsync("stopall");

        Assert.Equal("""{"request_info":{"success":true,"message":"3 Batches stopped"},"batches_stopped":3,"batches_failed_to_stop":0}""", reply.Text);
    }

    [Fact]
    public async Task A_deleted_batch_is_gone()
    {
        var id = await _client.BatchAsync();

        Assert.Equal("""200 {"request_info":{"success":true,"message":"batch deleted"}}""", (await _client.DeleteAsync(id)).ToString());
        Assert.Equal($$$"""404 {"request_info":{"success":false,"message":"Batch with ID '{{{id}}}' was not found"}}""", (await _client.GetAsync(id)).ToString());
    }

    [Fact]
    public async Task A_batch_can_be_read_natively_and_is_fired_by_its_schedule()
    {
        var id = TrajectClient.IdOf(await _client.CreateAsync("""{"name":"scheduled","schedule_type":"daily","schedule_hours":[4]}"""));

        var native = await host.NativeBatchAsync(Convert.ToInt64(id, 16));

        Assert.True((bool)native["recurring"]!);
        Assert.Equal("daily", (string)native["schedule"]!["kind"]!);
        Assert.Equal("UTC", (string)native["schedule"]!["time_zone"]!);
    }

    [Fact]
    public async Task Batches_are_filtered_sorted_and_paged()
    {
        var client = new TrajectClient(host.Client, key: await host.AddKeyAsync("lister", "lister"));
        foreach (var (name, priority) in new[] { ("Beta one", "low"), ("alpha", "normal"), ("beta two", "highest") })
        {
            await client.CreateAsync($$"""{"name":"{{name}}","priority":"{{priority}}"}""");
        }

        await client.RunAsync(await client.BatchAsync("""{"q":"London"}"""));

        Assert.Equal(["alpha", "Beta one", "beta two"], await NamesAsync("?only_without_results=true"));
        Assert.Equal(["beta two", "Beta one"], await NamesAsync("?search_term=beta&sort_direction=descending"));
        Assert.Equal(["beta two"], await NamesAsync("?search_term=two&search_type=ends_with"));
        Assert.Equal(["Beta one", "alpha", "beta two"], await NamesAsync("?sort_by=priority&only_without_results=1"));
        Assert.Single(await NamesAsync("?only_with_results=true&status=idle"));
        Assert.Empty(await NamesAsync("?created_before=2020-01-01T00:00:00Z"));
        Assert.Empty(await NamesAsync("?status=running"));
        var page = (await client.GetAsync("?page=2&page_size=3")).Json;
        Assert.Equal((4, 2, 2, 1), ((int)page["total_count"]!, (int)page["total_pages"]!, (int)page["current_page"]!, (int)page["count_this_page"]!));

        async Task<List<string>> NamesAsync(string query) =>
            [.. (await client.GetAsync(query)).Json["batches"]!.AsArray().Select(batch => (string)batch!["name"]!)];
    }

    [Fact]
    public async Task The_prefix_live_is_served_too()
    {
        var id = TrajectClient.IdOf(await _client.AskAsync(HttpMethod.Post, "/live/batches", Http.Json("""{"name":"serpwow"}""")));

        Assert.Equal(200, (await _client.GetAsync($"/live/batches/{id}")).Status);
    }

    [Fact]
    public async Task Collections_are_spelt_their_own_way()
    {
        var client = new TrajectClient(host.Client, "collections");
        var reply = await client.CreateAsync("""{"name":"a collection","requests":[{"type":"product","asin":"London","custom_id":"x"}]}""");
        var id = (string)reply.Json["collection"]!["id"]!;

        Assert.Equal(1, (int)reply.Json["collection"]!["requests_total_count"]!);
        Assert.Equal("Collection started", (string)(await client.GetAsync($"{id}/start")).Json["request_info"]!["message"]!);
        await Eventually.Equal(1, async () => (int)(await client.GetAsync($"{id}/results")).Json["results_count"]!);
        var result = (await client.GetAsync($"{id}/results/1")).Json["result"]!;
        Assert.Equal(1, (int)result["requests_completed"]!);
        var page = (await client.GetAsync((string)result["download_links"]!["pages"]![0]!)).Json.AsArray();
        Assert.Equal("London", (string)page[0]!["request"]!["asin"]!);
        Assert.Equal("""200 {"request_info":{"success":true,"message":"Collection requests cleared"}}""", (await client.DeleteAsync($"{id}/clear")).ToString());
    }
}

using System.Globalization;
using System.Text;

namespace BatchPlatform.Dialects.Tests.Prolific;

/// <summary>Datasets are created, filled behind an address of their own, and shown.</summary>
[Collection(nameof(OnePlatform))]
public sealed class DatasetTests(DialectHost host)
{
    private readonly ProlificClient _client = new(host.Client);

    [Fact]
    public async Task A_new_dataset_is_uninitialised()
    {
        var reply = await _client.AskAsync(HttpMethod.Post, "/datasets", """{"name":"cats","workspace_id":"w1","schema":{"strict":true,"fields":{"name":{"type":"text","label":"Name"}}}}""");

        Assert.Equal((201, "cats", "w1", "UNINITIALISED"), (reply.Status, (string?)reply.Json["name"], (string?)reply.Json["workspace_id"], (string?)reply.Json["status"]));
        Assert.Equal("""{"strict":true,"fields":{"name":{"type":"text","label":"Name"}}}""", reply.Json["schema"]!.ToJsonString());
        Assert.Equal(reply.Text, (await _client.GetAsync($"/datasets/{reply.Json["id"]}")).Text);
        Assert.Equal("""{"status":"UNINITIALISED"}""", (await _client.GetAsync($"/datasets/{reply.Json["id"]}/status")).Text);
    }

    [Theory]
    [InlineData("""{"workspace_id":"w1"}""")]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"a","workspace_id":"w1","schema":7}""")]
    [InlineData("nothing")]
    public async Task A_dataset_that_says_too_little_is_refused(string body) =>
        ProlificClient.Refused(400, await _client.AskAsync(HttpMethod.Post, "/datasets", body));

    [Theory]
    [InlineData("cats.csv", "text/csv", ProlificClient.Csv, 3)]
    [InlineData("Cats & dogs.CSV", "text/csv", "a\r\n1\r\n", 1)]
    [InlineData("cats.jsonl", "application/jsonl", "{\"a\":1}\n{\"a\":2}\n", 2)]
    public async Task A_file_is_put_to_an_address_that_was_handed_out(string file, string type, string body, int rows)
    {
        var dataset = await _client.CreateDatasetAsync();

        var address = await _client.GetAsync($"/datasets/{dataset}/upload-url/{Uri.EscapeDataString(file)}");

        Assert.Equal((201, "PUT", type, dataset), (address.Status, (string?)address.Json["http_method"], (string?)address.Json["content_type"], (string?)address.Json["dataset_id"]));
        Assert.True(DateTimeOffset.TryParse((string?)address.Json["expires_at"], CultureInfo.InvariantCulture, out _));
        Assert.EndsWith(file, (string)address.Json["file_key"]!, StringComparison.Ordinal);
        Assert.StartsWith(host.Client.BaseAddress!.ToString(), (string)address.Json["upload_url"]!, StringComparison.Ordinal);
        Assert.Equal(200, (await PutAsync((string)address.Json["upload_url"]!, body)).Status);
        var view = (await _client.GetAsync($"/datasets/{dataset}")).Json;
        Assert.Equal(("READY", file, rows), ((string?)view["status"], (string?)view["filename"], (int)view["total_datapoint_count"]!));
        Assert.Equal((string?)address.Json["import_id"], (string?)view["imports"]![0]!["id"]);
        var import = (await _client.GetAsync($"/datasets/{dataset}/imports/{address.Json["import_id"]}")).Json;
        Assert.Equal(("complete", rows, 0), ((string?)import["status"], (int)import["accepted_count"]!, (int)import["rejected_count"]!));
    }

    [Fact]
    public async Task An_import_that_has_an_address_and_no_file_yet_is_uninitialised()
    {
        var dataset = await _client.FilledDatasetAsync();
        var before = (string)(await _client.GetAsync($"/datasets/{dataset}")).Json["imports"]![0]!["id"]!;

        var address = (await _client.GetAsync($"/datasets/{dataset}/upload-url/more.csv")).Json;

        var awaited = (await _client.GetAsync($"/datasets/{dataset}/imports/{address["import_id"]}")).Json;
        Assert.Equal(("uninitialised", "more.csv", 0), ((string?)awaited["status"], (string?)awaited["filename"], (int)awaited["accepted_count"]!));
        Assert.Equal("complete", (string?)(await _client.GetAsync($"/datasets/{dataset}/imports/{before}")).Json["status"]);
        Assert.Equal("READY", (string?)(await _client.GetAsync($"/datasets/{dataset}")).Json["status"]);
        await PutAsync((string)address["upload_url"]!, "a\r\n1\r\n");
        Assert.Equal("complete", (string?)(await _client.GetAsync($"/datasets/{dataset}/imports/{address["import_id"]}")).Json["status"]);
        ProlificClient.Refused(404, await _client.GetAsync($"/datasets/{dataset}/imports/{before}"));
    }

    [Fact]
    public async Task Behind_the_gateway_an_address_begins_where_the_client_asked()
    {
        var address = await host.Client.AskAsync(
            HttpMethod.Get, $"{ProlificClient.Root}/datasets/{await _client.CreateDatasetAsync()}/upload-url/a.csv", content: null,
            ("Authorization", $"Token {DialectHost.Key}"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "batches.example.org"));

        Assert.StartsWith("https://batches.example.org/api/v1/data-collection/datasets/", (string)address.Json["upload_url"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_rows_are_named_and_make_the_dataset_an_error()
    {
        var dataset = await _client.CreateDatasetAsync();

        var reply = await _client.UploadAsync(dataset, "a,b\r\n1,2\r\n3\r\n");

        ProlificClient.Refused(400, reply);
        Assert.Equal(3, (int)reply.Json["error"]!["additional_information"]![0]!["line"]!);
        Assert.Equal("""{"status":"ERROR"}""", (await _client.GetAsync($"/datasets/{dataset}/status")).Text);
        var import = (await _client.GetAsync($"/datasets/{dataset}")).Json["imports"]![0]!;
        Assert.Equal(("failed", 3), ((string?)import["status"], (int)import["errors"]![0]!["record_index"]!));
    }

    [Theory]
    [InlineData("cats.zip")]
    [InlineData("cats")]
    public async Task Other_files_are_refused(string file) =>
        ProlificClient.Refused(400, await _client.GetAsync($"/datasets/{await _client.CreateDatasetAsync()}/upload-url/{file}"));

    [Fact]
    public async Task An_address_is_good_for_what_it_was_made_for_and_nothing_else()
    {
        var (dataset, other) = (await _client.CreateDatasetAsync(), await _client.CreateDatasetAsync());
        var url = (string)(await _client.GetAsync($"/datasets/{dataset}/upload-url/a.csv")).Json["upload_url"]!;

        ProlificClient.Refused(403, await PutAsync(url.Replace(dataset, other, StringComparison.Ordinal), "a\r\n1\r\n"));
        ProlificClient.Refused(403, await PutAsync(url.Replace("format=.csv", "format=.jsonl", StringComparison.Ordinal), "{}"));
        ProlificClient.Refused(403, await PutAsync(url[..url.IndexOf('?', StringComparison.Ordinal)], "a\r\n1\r\n"));
        ProlificClient.Refused(405, await host.Client.AskAsync(HttpMethod.Get, url));
        Assert.Equal("""{"status":"UNINITIALISED"}""", (await _client.GetAsync($"/datasets/{dataset}/status")).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/status")]
    [InlineData("/upload-url/a.csv")]
    [InlineData("/imports/00000000-0000-0000-0000-000000000001")]
    public async Task An_unknown_dataset_is_not_found_and_a_wrong_key_is_refused(string path)
    {
        var dataset = await _client.CreateDatasetAsync();
        var stranger = new ProlificClient(host.Client, await host.AddKeyAsync($"datasets-{Guid.NewGuid():N}", "datasets-stranger"));

        ProlificClient.Refused(404, await _client.GetAsync($"/datasets/{Guid.NewGuid()}{path}"));
        ProlificClient.Refused(404, await _client.GetAsync($"/datasets/17{path}"));
        ProlificClient.Refused(404, await stranger.GetAsync($"/datasets/{dataset}{path}"));
        ProlificClient.Refused(401, await new ProlificClient(host.Client, "wrong").GetAsync($"/datasets/{dataset}{path}"));
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/status")]
    [InlineData("POST", "/upload-url/a.csv")]
    public async Task A_wrong_verb_is_refused(string method, string path) =>
        ProlificClient.Refused(405, await _client.AskAsync(new HttpMethod(method), $"/datasets/{await _client.CreateDatasetAsync()}{path}"));

    [Fact]
    public async Task The_native_api_sees_the_same_dataset()
    {
        var dataset = await _client.FilledDatasetAsync();
        var native = (await host.Native.AskAsync(HttpMethod.Get, $"/v1/datasets/{dataset}")).Json;
        Assert.Equal(("Ready", 3), ((string?)native["status"], (int)native["rows"]!));
    }

    private Task<Reply> PutAsync(string url, string body) => host.Client.AskAsync(HttpMethod.Put, url, new StringContent(body, Encoding.UTF8, "text/csv"));
}

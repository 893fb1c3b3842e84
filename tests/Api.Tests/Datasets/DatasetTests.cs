using System.Net;

namespace BatchPlatform.Api.Tests.Datasets;

/// <summary>Datasets are made, filled, listed and deleted.</summary>
public sealed class DatasetTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task A_dataset_is_empty_at_first()
    {
        var reply = await app.Client.PostAsync("/v1/datasets", """{"name":"places"}""");

        Assert.Equal((HttpStatusCode.Created, $"/v1/datasets/{reply.Id}"), (reply.Status, reply.Message.Headers.Location!.ToString()));
        Assert.Equal(("places", "Empty", 0), ((string?)reply.Body!["name"], (string?)reply.Body["status"], (int)reply.Body["rows"]!));
        Assert.Equal($"/v1/datasets/{reply.Id}/content", (string?)reply.Body["links"]!["content"]);
        Assert.Equal(reply.Body.ToJsonString(), (await app.Client.DatasetAsync(reply.Id)).ToJsonString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"a\u0000b"}""")]
    [InlineData("""{"name":"a","colour":"red"}""")]
    public async Task A_dataset_needs_a_name_and_takes_nothing_else(string body) =>
        (await app.Client.PostAsync("/v1/datasets", body)).IsProblem(422, "INVALID_FIELD");

    [Fact]
    public async Task A_creation_repeated_with_its_key_makes_no_second_dataset()
    {
        var (first, again) = (await app.Client.PostAsync("/v1/datasets", """{"name":"once"}""", "the-key"), await app.Client.PostAsync("/v1/datasets", """{"name":"once"}""", "the-key"));

        Assert.Equal((first.Id, HttpStatusCode.Created, first.Message.Headers.Location), (again.Id, again.Status, again.Message.Headers.Location));
        (await app.Client.PostAsync("/v1/datasets", """{"name":"other"}""", "the-key")).IsProblem(422, "IDEMPOTENCY_KEY_REUSED");
    }

    [Theory]
    [InlineData("text/csv", "id,name\r\n1,Zürich\r\n2,\"a,\"\"b\"\"\"\r\n", """{"id":"1","name":"Zürich"}""", """{"id":"2","name":"a,\"b\""}""")]
    [InlineData("application/x-ndjson", "{\"id\": 1}\n\n {\"id\":[2]} ", """{"id": 1}""", """{"id":[2]}""")]
    [InlineData("application/jsonl", "{}\n{}\n", "{}", "{}")]
    [InlineData("application/json", """[{"id":1},{"id":2}]""", """{"id":1}""", """{"id":2}""")]
    public async Task Rows_are_read_from_every_format(string type, string body, params string[] rows)
    {
        var dataset = await app.Client.CreateDatasetAsync();

        var reply = await app.Client.FillAsync(dataset, body, type);

        Assert.Equal((HttpStatusCode.OK, "Ready", 2), (reply.Status, (string?)reply.Body!["status"], (int)reply.Body["rows"]!));
        Assert.Equal(rows, await app.RowsAsync(dataset));
    }

    [Fact]
    public async Task A_packed_upload_is_unpacked()
    {
        var dataset = await app.Client.CreateDatasetAsync();
        using var packed = Http.Bytes(Http.Gzip(DatasetHttp.Rows(10_001)), Http.Ndjson);
        packed.Headers.ContentEncoding.Add("gzip");

        Assert.Equal(10_001, (int)(await app.Client.FillAsync(dataset, packed)).Body!["rows"]!);
    }

    [Fact]
    public async Task Bad_rows_are_told_by_their_number_and_none_is_stored()
    {
        var dataset = await app.Client.CreateDatasetAsync();

        var reply = await app.Client.FillAsync(dataset, "{\"a\":1}\n[1]\n{\"a\":}\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":2}\n");

        reply.IsProblem(422, "INVALID_ROW");
        Assert.Equal(["2 INVALID_ROW", "3 INVALID_JSON", "4 INVALID_ROW", "5 INVALID_ROW"], reply.Lines);
        var view = await app.Client.DatasetAsync(dataset);
        Assert.Equal(("Failed", 0, 4), ((string?)view["status"], (int)view["rows"]!, (int)view["bad_rows"]!));
        Assert.Equal(2, (int)view["errors"]![0]!["line"]!);
        Assert.Empty(await app.RowsAsync(dataset));
    }

    [Fact]
    public async Task Of_many_bad_rows_the_first_hundred_are_told()
    {
        var reply = await app.Client.FillAsync(await app.Client.CreateDatasetAsync(), string.Concat(Enumerable.Repeat("7\n", 12_000)));

        Assert.Equal(100, reply.Lines.Count());
        Assert.StartsWith("12000 of 12000 rows", (string?)reply.Body!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/csv", "", "INVALID_ROWS_COUNT")]
    [InlineData("text/csv", "a,b\r\n", "INVALID_ROWS_COUNT")]
    [InlineData("text/csv", "a,a\r\n1,2\r\n", "INVALID_CSV")]
    [InlineData("text/csv", "a,b\r\n1\r\n", "INVALID_ROW")]
    [InlineData("application/json", "[]", "INVALID_ROWS_COUNT")]
    public async Task An_upload_without_good_rows_is_refused(string type, string body, string code)
    {
        var dataset = await app.Client.CreateDatasetAsync();
        (await app.Client.FillAsync(dataset, body, type)).IsProblem(422, code);
        Assert.Equal("Failed", await app.Client.StatusAsync(dataset));
    }

    [Fact]
    public async Task A_row_may_be_as_large_as_params_and_no_larger()
    {
        static string Row(int bytes) => $$"""{"x":"{{new string('y', bytes - 8)}}"}""" + "\n";
        var dataset = await app.Client.CreateDatasetAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.Client.FillAsync(dataset, Row(256 * 1024))).Status);
        Assert.Equal(["1 INVALID_ROW", "3 INVALID_ROW"], (await app.Client.FillAsync(dataset, Row((256 * 1024) + 1) + Row(9) + Row(600_000))).Lines);
    }

    [Fact]
    public async Task Json_that_is_cut_off_stores_nothing()
    {
        var dataset = await app.Client.CreateDatasetAsync();
        (await app.Client.FillAsync(dataset, """[{"a":1},{"a":""", "application/json")).IsProblem(400, "INVALID_JSON");
        Assert.Empty(await app.RowsAsync(dataset));
    }

    [Theory]
    [InlineData("application/pdf")]
    [InlineData("text/csv; charset=latin1")]
    public async Task Other_formats_are_refused(string type) =>
        (await app.Client.FillAsync(await app.Client.CreateDatasetAsync(), "a\r\n1\r\n", type)).IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");

    [Fact]
    public async Task A_refused_upload_leaves_the_rows_before_it()
    {
        var dataset = await app.Client.FilledDatasetAsync(DatasetHttp.Rows(3));

        await app.Client.FillAsync(dataset, "{\"n\":9}\nnothing\n");

        var view = await app.Client.DatasetAsync(dataset);
        Assert.Equal(("Ready", 3, 1), ((string?)view["status"], (int)view["rows"]!, (int)view["bad_rows"]!));
        Assert.Equal("""{"n":1}""", (await app.RowsAsync(dataset))[0]);
    }

    [Fact]
    public async Task A_second_upload_replaces_the_first()
    {
        var dataset = await app.Client.FilledDatasetAsync(DatasetHttp.Rows(3));
        await app.Client.FillAsync(dataset, "{\"n\":9}\n");
        Assert.Equal(["""{"n":9}"""], await app.RowsAsync(dataset));
    }

    [Fact]
    public async Task Datasets_are_listed_newest_first_page_by_page()
    {
        var client = app.NewClient(await app.AddKeyAsync("lister", "lister", "read write"));
        var made = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            made.Insert(0, await client.CreateDatasetAsync($"no {n}"));
        }

        var listed = new List<Guid>();
        var cursor = "";
        do
        {
            var page = (await client.SendAsync(HttpMethod.Get, $"/v1/datasets?limit=2{cursor}")).Body!;
            listed.AddRange(page["items"]!.AsArray().Select(item => Guid.Parse((string)item!["id"]!)));
            cursor = (string?)page["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);

        Assert.Equal(made, listed);
    }

    [Fact]
    public async Task A_deleted_dataset_is_gone()
    {
        var dataset = await app.Client.FilledDatasetAsync(DatasetHttp.Rows(3));

        Assert.Equal(HttpStatusCode.NoContent, (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}")).Status);

        (await app.Client.SendAsync(HttpMethod.Get, $"/v1/datasets/{dataset}")).IsProblem(404, "DATASET_NOT_FOUND");
        (await app.Client.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}")).IsProblem(404, "DATASET_NOT_FOUND");
        (await app.Client.FillAsync(dataset, DatasetHttp.Rows(1))).IsProblem(404, "DATASET_NOT_FOUND");
    }

    [Fact]
    public async Task Another_tenant_finds_nothing()
    {
        var dataset = await app.Client.FilledDatasetAsync(DatasetHttp.Rows(1));
        var stranger = app.NewClient(await app.AddKeyAsync("stranger", "stranger", "read write"));

        (await stranger.SendAsync(HttpMethod.Get, $"/v1/datasets/{dataset}")).IsProblem(404, "DATASET_NOT_FOUND");
        (await stranger.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}")).IsProblem(404, "DATASET_NOT_FOUND");
        (await stranger.FillAsync(dataset, DatasetHttp.Rows(1))).IsProblem(404, "DATASET_NOT_FOUND");
        Assert.Empty((await stranger.SendAsync(HttpMethod.Get, "/v1/datasets")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task An_id_that_is_none_is_not_found() =>
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/datasets/17")).IsProblem(404, "DATASET_NOT_FOUND");

    [Fact]
    public async Task A_key_that_only_reads_changes_nothing()
    {
        var reader = app.NewClient(await app.AddKeyAsync("reader", "default", "read"));
        var dataset = await app.Client.CreateDatasetAsync();

        (await reader.PostAsync("/v1/datasets", """{"name":"x"}""")).IsProblem(403, "FORBIDDEN");
        (await reader.FillAsync(dataset, DatasetHttp.Rows(1))).IsProblem(403, "FORBIDDEN");
        Assert.Equal("Empty", await reader.StatusAsync(dataset));
    }
}

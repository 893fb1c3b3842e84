using System.Net;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

/// <summary>The formats of POST …/jobs, and what is told of bad lines.</summary>
public sealed class UploadTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const string Csv = "text/csv";
    private const string JsonArray = "application/json";
    private const string Ndjson = Http.Ndjson;
    private const string Place = """{"namespace":"places","action":"lookup","params":{"q":1},"custom_id":"p"}""";

    [Theory]
    [InlineData(Ndjson, Http.Job + "\n" + Place + "\n")]
    [InlineData(Ndjson, Http.Job + "\r\n" + Place)]
    [InlineData("application/jsonl; charset=utf-8", "\uFEFF" + Http.Job + "\n\n \n" + Place + "\n\n")]
    [InlineData(JsonArray, "[" + Http.Job + "," + Place + "]")]
    [InlineData(JsonArray, "\uFEFF \n[\n" + Http.Job + "\n,\n" + Place + "\n]\n\n")]
    [InlineData(Csv, "namespace,action,custom_id,params\nbench,noop,,\"{\"\"n\"\":1}\"\nplaces,lookup,p,\"{\"\"q\"\":1}\"\n")]
    [InlineData(Csv, "\uFEFFparams,\"action\",namespace,custom_id\r\n\"{\"\"n\"\":1}\",noop,\"bench\",\r\n\r\n\"{\"\"q\"\":1}\",lookup,places,p")]
    public async Task Jobs_arrive_as_they_were_sent_in_every_format(string type, string body)
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, body, type);
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal("""{"appended":2,"total":2}""", reply.Body!.ToJsonString());
        var jobs = await app.JobsAsync(batch);
        Assert.Equal(
            [(0, "bench", "noop", """{"n":1}""", null), (1, "places", "lookup", """{"q":1}""", "p")],
            jobs.Select(job => (job.Index, job.Namespace, job.Action, job.Params, job.CustomId)));
    }

    [Fact]
    public async Task A_second_upload_follows_the_first()
    {
        var batch = await app.Client.CreateAsync();
        await app.Client.UploadAsync(batch, Http.Lines(3));
        var reply = await app.Client.UploadAsync(batch, Http.Lines(2));
        Assert.Equal("""{"appended":2,"total":5}""", reply.Body!.ToJsonString());
        Assert.Equal([(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)], (await app.JobsAsync(batch)).Select(job => (job.Index, job.AddedRev)));
        Assert.Equal([new LaneCount("bench", 3, 2)], Assert.IsType<AcceptAppend>(app.Lifecycle.Commands.Last(c => c.BatchId == batch)).Append.Lanes);
    }

    [Fact]
    public async Task Columns_of_their_own_become_text_params()
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, "name,country,params\n\"Saint-Denis, \"\"93\"\"\",,{}\n\"two\nlines\",RÉ,\n", Csv, "?namespace=places&action=lookup");
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        Assert.Equal(
            ["""{"name":"Saint-Denis, \"93\"","country":""}""", """{"name":"two\nlines","country":"RÉ"}"""],
            (await app.JobsAsync(batch)).Select(job => job.Params));
    }

    [Theory]
    [InlineData(Ndjson, """{"deadline_seconds":60,"params":{}}""" + "\n" + """{"params":{},"deadline_seconds":null}""")]
    [InlineData(Csv, "deadline_seconds,params\n60,{}\n,{}\n")]
    public async Task A_job_may_have_a_deadline_of_its_own(string type, string body)
    {
        var batch = await app.Client.CreateAsync();
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, body, type, "?namespace=places&action=lookup")).Status);
        Assert.Equal([60, null], (await app.JobsAsync(batch)).Select(job => job.DeadlineSeconds));
        Assert.Equal(60, Assert.IsType<AcceptAppend>(app.Lifecycle.Commands.Last(c => c.BatchId == batch)).Append.ShortestDeadlineSeconds);
    }

    [Theory]
    [InlineData(Ndjson, """{"params":{}}""")]
    [InlineData(JsonArray, """[{"params":{}}]""")]
    [InlineData(Csv, "x\n1\n")]
    public async Task The_query_stands_in_for_jobs_that_name_no_action(string type, string body)
    {
        var batch = await app.Client.CreateAsync();
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, body, type, "?namespace=places&action=lookup")).Status);
        Assert.Equal(("places", "lookup"), (await app.JobsAsync(batch)).Select(job => (job.Namespace, job.Action)).Single());
    }

    [Theory]
    [InlineData("""{"namespace":"nowhere","action":"noop","params":{}}""", "UNKNOWN_NAMESPACE", "namespace")]
    [InlineData("""{"namespace":"bench","action":"lookup","params":{}}""", "UNKNOWN_ACTION", "action")]
    [InlineData("""{"action":"noop","params":{}}""", "INVALID_JOB", "namespace")]
    [InlineData("""{"namespace":"bench","params":{}}""", "INVALID_JOB", "action")]
    [InlineData("""{"namespace":"bench","action":"noop"}""", "INVALID_JOB", "params")]
    [InlineData("""{"namespace":"bench","action":"noop","params":[]}""", "INVALID_FIELD", "params")]
    [InlineData("""{"namespace":"bench","action":"noop","params":null}""", "INVALID_FIELD", "params")]
    [InlineData("""{"namespace":5,"action":"noop","params":{}}""", "INVALID_FIELD", "namespace")]
    [InlineData("""{"namespace":"bench","action":{"a":1},"params":{}}""", "INVALID_FIELD", "action")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"custom_id":7}""", "INVALID_FIELD", "custom_id")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"custom_id":"a\u0000"}""", "INVALID_JOB", "custom_id")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"deadline_seconds":0}""", "INVALID_JOB", "deadline_seconds")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"deadline_seconds":2592001}""", "INVALID_JOB", "deadline_seconds")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"deadline_seconds":1.5}""", "INVALID_FIELD", "deadline_seconds")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"deadline_seconds":[1]}""", "INVALID_FIELD", "deadline_seconds")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"custom_id":"\ud800"}""", "INVALID_JSON", null)]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"priority":1}""", "INVALID_FIELD", "priority")]
    [InlineData("""{"namespace":"bench","action":"noop","params":{},"params":{}}""", "INVALID_FIELD", "params")]
    [InlineData("""{"namespace":"bench","namespace":"bench","action":"noop","params":{}}""", "INVALID_FIELD", "namespace")]
    [InlineData("""["bench","noop",{}]""", "INVALID_FIELD", null)]
    [InlineData("7", "INVALID_FIELD", null)]
    [InlineData("{\"namespace\":\"bench\"", "INVALID_JSON", null)]
    [InlineData("{} {}", "INVALID_JSON", null)]
    [InlineData("nonsense", "INVALID_JSON", null)]
    public async Task A_bad_line_is_told_by_number_and_nothing_is_added(string line, string code, string? field)
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, $"{Http.Job}\n\n{line}\n{Http.Job}\n");
        reply.IsProblem(422, "INVALID_JOB");
        Assert.Equal([$"3 {code}"], reply.Lines);
        Assert.Equal([field], reply.Fields);
        await app.NothingIsLeftAsync(batch);
    }

    [Fact]
    public async Task Every_bad_line_is_counted_and_the_first_hundred_are_told()
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, string.Concat(Enumerable.Range(0, 20_000).Select(i => i % 2 == 0 ? Http.Job + "\n" : "{}\n")));
        reply.IsProblem(422, "INVALID_JOB");
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{2 * i} INVALID_JOB"), reply.Lines);
        Assert.StartsWith("10000 of 20000", (string)reply.Body!["detail"]!);
        await app.NothingIsLeftAsync(batch);
    }

    [Fact]
    public async Task A_bad_line_after_chunks_were_staged_takes_them_away_again()
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.UploadAsync(batch, Http.Lines(12_000) + "{}\n")).IsProblem(422, "INVALID_JOB");
        await app.NothingIsLeftAsync(batch);
    }

    [Theory]
    [InlineData("1,2\n3\n", "3 INVALID_CSV")]
    [InlineData("1,2\n\n3,4,5\n", "4 INVALID_CSV")]
    [InlineData("\"a\nb\",2\n3\n", "4 INVALID_CSV")]
    [InlineData("1,\"2\"x\n", "2 INVALID_CSV")]
    [InlineData("1,2\"x\n", "2 INVALID_CSV")]
    [InlineData("1,\"2\n", "2 INVALID_CSV")]
    public async Task A_csv_line_out_of_order_is_told_by_its_line_in_the_file(string lines, string expected)
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, "a,b\n" + lines, Csv, "?namespace=bench&action=noop");
        reply.IsProblem(422, "INVALID_JOB");
        Assert.Equal([expected], reply.Lines);
    }

    [Theory]
    [InlineData("a,a\n1,2\n")]
    [InlineData("a,\n1,2\n")]
    [InlineData("\"a\n1\n")]
    [InlineData("\n1\n")]
    public async Task A_csv_header_that_names_no_columns_is_refused(string body)
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.UploadAsync(batch, body, Csv, "?namespace=bench&action=noop")).IsProblem(422, "INVALID_CSV");
        await app.NothingIsLeftAsync(batch);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{\"a\":2}")]
    [InlineData("{")]
    public async Task A_params_column_must_hold_an_object_that_the_other_columns_do_not_contradict(string value)
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, $"a,params\n1,\"{value.Replace("\"", "\"\"")}\"\n", Csv, "?namespace=bench&action=noop");
        Assert.Equal(["2 INVALID_FIELD"], reply.Lines);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[" + Http.Job)]
    [InlineData("[" + Http.Job + ",")]
    [InlineData("[" + Http.Job + ",]")]
    [InlineData("[,]")]
    [InlineData("[" + Http.Job + "] []")]
    [InlineData("[" + Http.Job + "}")]
    [InlineData("[" + Http.Job + " " + Http.Job + "]")]
    [InlineData("[{\"namespace\":]")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task An_array_with_a_syntax_error_is_no_json(string body)
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.UploadAsync(batch, body, JsonArray)).IsProblem(400, "INVALID_JSON");
        await app.NothingIsLeftAsync(batch);
    }

    [Theory]
    [InlineData(Ndjson, "")]
    [InlineData(Ndjson, "\n\n")]
    [InlineData(JsonArray, " [ ] ")]
    [InlineData(Csv, "a,b\n")]
    public async Task An_upload_without_jobs_is_refused(string type, string body)
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.UploadAsync(batch, body, type)).IsProblem(422, "INVALID_JOBS_COUNT");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("")]
    public async Task A_type_that_is_not_known_is_refused(string type)
    {
        var batch = await app.Client.CreateAsync();
        (await app.Client.UploadAsync(batch, Http.Job, type)).IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData(Ndjson)]
    [InlineData(JsonArray)]
    public async Task Params_that_are_too_large_are_told_and_the_rest_is_still_read(string type)
    {
        var batch = await app.Client.CreateAsync();
        var fits = Sized(Limits.ParamsBytes);
        string[] jobs = [fits, Sized(Limits.ParamsBytes + 1), Sized(3_000_000), "{}"];
        var reply = await app.Client.UploadAsync(batch, type == Ndjson ? string.Join('\n', jobs) : $"[{string.Join(',', jobs)}]", type);
        Assert.Equal(["2 PARAMS_TOO_LARGE", "3 PARAMS_TOO_LARGE", "4 INVALID_JOB"], reply.Lines);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, fits)).Status);

        static string Sized(int bytes) => $$$"""{"namespace":"bench","action":"noop","params":{"a":"{{{new string('x', bytes - 8)}}}"}}""";
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_a_bad_line()
    {
        var batch = await app.Client.CreateAsync();
        using var content = Http.Bytes([.. Encoding.UTF8.GetBytes(Http.Job), (byte)'\n', 0xFF, 0xFE, (byte)'\n'], Ndjson);
        var reply = await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", content);
        Assert.Equal(["2 INVALID_JSON"], reply.Lines);
    }

    [Fact]
    public async Task A_check_stores_nothing_and_tells_what_an_upload_would()
    {
        var batch = await app.Client.CreateAsync();
        var good = await app.Client.UploadAsync(batch, Http.Lines(7000), query: "?validate_only=true");
        Assert.Equal((HttpStatusCode.OK, """{"valid":7000}"""), (good.Status, good.Body!.ToJsonString()));
        (await app.Client.UploadAsync(batch, "{}", query: "?validate_only=true")).IsProblem(422, "INVALID_JOB");
        (await app.Client.UploadAsync(batch, "{}", query: "?validate_only=perhaps")).IsProblem(400, "INVALID_PARAMETER");
        await app.NothingIsLeftAsync(batch);
    }

    [Fact]
    public async Task A_batch_that_takes_no_jobs_says_so_before_the_body_is_read()
    {
        var batch = await app.Client.CreateAsync();
        await app.Client.PostAsync($"/v1/batches/{batch}/commit");
        using var endless = new EndlessContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/batches/{batch}/jobs") { Content = endless };
        request.Headers.ExpectContinue = true;
        var response = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("BATCH_ALREADY_COMMITTED", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task More_jobs_than_a_batch_holds_are_refused()
    {
        var batch = await app.Client.CreateAsync();
        await app.WriteAsync(db => db.Batches.Single(b => b.CorrelationId == batch).NextIndex = Limits.JobsPerBatch - 2);
        (await app.Client.UploadAsync(batch, Http.Lines(3))).IsProblem(422, "INVALID_JOBS_COUNT");
        await app.NothingIsLeftAsync(batch);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.UploadAsync(batch, Http.Lines(2))).Status);
    }

    /// <summary>Would never end; an answer that needs the body's end would never come.</summary>
    private sealed class EndlessContent : HttpContent
    {
        public EndlessContent() => Headers.TryAddWithoutValidation("Content-Type", Ndjson);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(Http.Lines(100)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

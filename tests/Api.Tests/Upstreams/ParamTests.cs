using System.Net;

namespace BatchPlatform.Api.Tests.Upstreams;

/// <summary>Params that do not fit their action are refused at submit, by line.</summary>
public sealed class ParamTests(ApiApp app) : IClassFixture<ApiApp>, IAsyncLifetime
{
    private const string Definition = """
        {"base_url":"http://a","actions":{
          "get":{"method":"GET","path":"/{id}/v{part}","params":{"X-Trace":"header"}},
          "json":{"method":"POST","path":"/","params":{"q":"query"}},
          "form":{"method":"POST","path":"/","body":"form"},
          "schema":{"method":"POST","path":"/","schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer","minimum":1},"address":{"type":"object","properties":{"lines":{"type":"array","items":{"type":"string"}}}}}}}}}
        """;

    public async Task InitializeAsync() => Assert.Equal(HttpStatusCode.OK, (await app.Client.PutUpstreamAsync("fit", Definition)).Status);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("get", """{"id":"a/../b?c","part":"..","more":["a",1,true,null],"X-Trace":"t 1"}""")]
    [InlineData("get", """{"part":1,"id":true}""")]
    [InlineData("get", """{"\u0069d":"a","part":1,"X-Trace":null}""")]
    [InlineData("json", """{"a":{"b":[[]]},"q":[1]}""")]
    [InlineData("form", """{"a":[1,"b"],"c":null}""")]
    [InlineData("schema", """{"n":1.0,"address":{"lines":[]}}""")]
    public async Task What_fits_is_taken(string action, string @params) =>
        Assert.Equal(HttpStatusCode.OK, (await SubmitAsync(action, @params)).Status);

    [Theory]
    [InlineData("get", """{"part":1}""", "params.id")]
    [InlineData("get", """{"id":null,"part":1}""", "params.id")]
    [InlineData("get", """{"id":"","part":1}""", "params.id")]
    [InlineData("get", """{"id":[1],"part":1}""", "params.id")]
    [InlineData("get", """{"id":{},"part":1}""", "params.id")]
    [InlineData("get", """{"id":"..","part":1}""", "params.id")]
    [InlineData("get", """{"id":"\u002e","part":1}""", "params.id")]
    [InlineData("get", """{"id":1,"part":1,"X-Trace":"a\r\nHost: b"}""", "params.X-Trace")]
    [InlineData("get", """{"id":1,"part":1,"X-Trace":["a"]}""", "params.X-Trace")]
    [InlineData("get", """{"id":1,"part":1,"more":{"a":1}}""", "params.more")]
    [InlineData("get", """{"id":1,"part":1,"more":[[1]]}""", "params.more")]
    [InlineData("json", """{"q":{}}""", "params.q")]
    [InlineData("form", """{"a":{"b":1}}""", "params.a")]
    [InlineData("schema", """{}""", "params.n")]
    [InlineData("schema", """{"n":0}""", "params.n")]
    [InlineData("schema", """{"n":1.5}""", "params.n")]
    [InlineData("schema", """{"n":1,"address":{"lines":["a",2]}}""", "params.address.lines[1]")]
    [InlineData("schema", """{"n":"\ud800"}""", "params.n")]
    public async Task What_does_not_fit_is_refused_with_its_line_and_member(string action, string @params, string field)
    {
        var reply = await SubmitAsync(action, @params);
        reply.IsProblem(422, "INVALID_JOB");
        Assert.Equal(["2 PARAMS_DO_NOT_FIT"], reply.Lines);
        Assert.Equal([field], reply.Fields);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_text_that_must_be_read_is_refused()
    {
        var reply = await SubmitAsync("get", """{"id":1,"part":1,"X-Trace":"\ud800"}""");
        Assert.Equal(["2 PARAMS_DO_NOT_FIT"], reply.Lines);
    }

    [Fact]
    public async Task Columns_of_a_csv_are_checked_as_any_params()
    {
        var batch = await app.Client.CreateAsync();
        var reply = await app.Client.UploadAsync(batch, "id,part\n1,2\n,2\n", "text/csv", "?namespace=fit&action=get");
        Assert.Equal(["3 PARAMS_DO_NOT_FIT"], reply.Lines);
    }

    [Fact]
    public async Task Jobs_in_the_body_of_a_new_batch_are_checked_too()
    {
        var reply = await app.Client.PostAsync("/v1/batches", """{"jobs":[{"namespace":"fit","action":"schema","params":{"n":0}}]}""");
        Assert.Equal(["1 PARAMS_DO_NOT_FIT"], reply.Lines);
    }

    private async Task<Reply> SubmitAsync(string action, string @params)
    {
        var batch = await app.Client.CreateAsync();
        var job = $$"""{"namespace":"fit","action":"{{action}}","params":{{@params}}}""";
        return await app.Client.UploadAsync(batch, $"{Http.Job}\n{job}\n", query: "?validate_only=true");
    }
}

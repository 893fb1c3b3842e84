using System.Net;

namespace BatchPlatform.Api.Tests;

public sealed class ProblemTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task An_unknown_address_is_a_problem() =>
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/nowhere")).IsProblem(404, "NOT_FOUND");

    [Fact]
    public async Task A_method_that_an_address_does_not_take_is_a_problem() =>
        (await app.Client.SendAsync(HttpMethod.Put, "/v1/batches")).IsProblem(405, "METHOD_NOT_ALLOWED");

    [Theory]
    [InlineData("{")]
    [InlineData("{\"name\":}")]
    [InlineData("{} {}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\":\"a\",}")]
    [InlineData("{/* */}")]
    public async Task Malformed_json_is_told_as_such(string body) => (await app.Client.PostAsync("/v1/batches", body)).IsProblem(400, "INVALID_JSON");

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        using var content = Http.Bytes([.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], "application/json");
        (await app.Client.SendAsync(HttpMethod.Post, "/v1/batches", content)).IsProblem(400, "INVALID_JSON");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/csv")]
    public async Task A_body_that_does_not_say_that_it_is_json_is_refused(string type)
    {
        using var content = Http.Text("{}", type);
        (await app.Client.SendAsync(HttpMethod.Post, "/v1/batches", content)).IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task Nesting_without_end_is_refused() =>
        (await app.Client.PostAsync("/v1/batches", "{\"name\":" + new string('[', 100_000))).IsProblem(400, "INVALID_JSON");

    [Theory]
    [InlineData("""{"nmae":"a"}""", "nmae")]
    [InlineData("""{"name":"a","name":"b"}""", "name")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"recurring":"yes"}""", "recurring")]
    [InlineData("""{"options":{"priority":"urgent"}}""", "options.priority")]
    [InlineData("""{"options":{"priority":2}}""", "options.priority")]
    [InlineData("""{"options":{"speed":2}}""", "options.speed")]
    [InlineData("""{"options":{"deadline_seconds":0}}""", "options.deadline_seconds")]
    [InlineData("""{"options":{"deadline_seconds":1.5}}""", "options.deadline_seconds")]
    [InlineData("""{"options":{"deadline_seconds":99999999999}}""", "options.deadline_seconds")]
    [InlineData("""{"jobs":{}}""", "jobs")]
    public async Task A_member_that_cannot_be_taken_is_named(string body, string field)
    {
        var reply = await app.Client.PostAsync("/v1/batches", body);
        reply.IsProblem(422, "INVALID_FIELD");
        Assert.Equal([field], reply.Fields);
    }

    [Theory]
    [InlineData("""{"callback":{"url":"ftp://a/b"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"/relative"}}""", "callback.url")]
    [InlineData("""{"callback":{"format":"json"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"http://example.org/"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"https://10.0.0.1/"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"https://[::ffff:169.254.169.254]/"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"https://a","format":"pdf"}}""", "callback.format")]
    [InlineData("""{"callback":{"url":"https://a","include":"nothing"}}""", "callback.include")]
    [InlineData("""{"callback":{"url":"https://user:pass@a"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"https://2130706433/"}}""", "callback.url")]
    [InlineData("""{"callback":{"url":"https://a","secret":""}}""", "callback.secret")]
    [InlineData("""{"callback":{"url":"https://a","secret":"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}""", "callback.secret")]
    [InlineData("""{"callback":{"url":"https://a","secret":"whsec_c2hvcnQ="}}""", "callback.secret")]
    [InlineData("""{"callback":{"url":"https://a","secret":"whsec_no base64 at all, and long enough"}}""", "callback.secret")]
    public async Task A_callback_that_cannot_be_called_is_refused(string body, string field)
    {
        var reply = await app.Client.PostAsync("/v1/batches", body);
        reply.IsProblem(422, "INVALID_CALLBACK");
        Assert.Equal([field], reply.Fields);
    }

    [Fact]
    public async Task A_body_longer_than_the_bound_is_refused() =>
        (await app.Client.PostAsync("/v1/batches", $$"""{"name":"{{new string('a', 17 * 1024 * 1024)}}"}""")).IsProblem(413, "BODY_TOO_LARGE");

    [Fact]
    public async Task What_a_small_gzip_unpacks_to_is_bounded_too()
    {
        using var content = Http.Bytes(Http.Gzip(new string(' ', 64 * 1024 * 1024)), "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        (await app.Client.SendAsync(HttpMethod.Post, "/v1/batches", content)).IsProblem(413, "BODY_TOO_LARGE");
    }

    [Fact]
    public async Task A_packing_that_nobody_undoes_is_refused()
    {
        using var content = Http.Text("{}", "application/json");
        content.Headers.ContentEncoding.Add("zip");
        (await app.Client.SendAsync(HttpMethod.Post, "/v1/batches", content)).IsProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task An_exception_leaves_without_its_text()
    {
        app.Lifecycle.Refuse = _ => throw new InvalidOperationException("a secret");
        try
        {
            var reply = await app.Client.PostAsync("/v1/batches", "{}");
            reply.IsProblem(504, "OUTCOME_UNKNOWN");
            Assert.DoesNotContain("secret", reply.Body!.ToJsonString());
        }
        finally
        {
            app.Lifecycle.Refuse = _ => null;
        }
    }

    [Fact]
    public async Task An_answer_is_packed_for_who_asks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/upstreams");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        var response = await app.Client.SendAsync(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
    }
}

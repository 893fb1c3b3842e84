using System.Text;

namespace BatchPlatform.Api.Tests;

/// <summary>What the fuzz test has found, one by one.</summary>
public sealed class HostileInputTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Theory]
    [InlineData("POST", "/v1/batches")]
    [InlineData("POST", "/v1/datasets")]
    [InlineData("PUT", "/v1/tenants/acme")]
    [InlineData("POST", "/seo-tools/api/v4/batch")]
    [InlineData("POST", "/api/1.0/batch?action=run")]
    [InlineData("POST", "/api/v1/data-collection/batches")]
    [InlineData("POST", "/batches")]
    public async Task A_body_that_is_not_packed_as_it_says_is_the_clients_fault(string method, string path)
    {
        var damaged = Http.Gzip("""{"name":"a"}""");
        damaged[12] ^= 0xFF;
        var content = Http.Bytes(damaged, "application/json");
        content.Headers.ContentEncoding.Add("gzip");

        var reply = await app.Client.SendAsync(new HttpMethod(method), path, content);

        Assert.InRange((int)reply.Status, 400, 422);
    }

    [Theory]
    [InlineData("""{"\u0000":"\ud800"}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"name":"\udc00\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"options":{"priority":"\ud800"}}""")]
    [InlineData("""{"callback":{"url":"https://\ud800/"}}""")]
    [InlineData("""{"schedule":{"kind":"cron","cron":"\ud800"}}""")]
    public async Task Half_of_a_surrogate_pair_is_no_text(string body)
    {
        var batch = await app.Client.CreateAsync();

        var patched = await app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", Http.Text(body, "application/merge-patch+json"));
        var created = await app.Client.PostAsync("/v1/batches", body);

        patched.IsProblem(422, patched.Code!);
        created.IsProblem(422, created.Code!);
    }

    [Theory]
    [InlineData("/v1/batches/..%2f..%2fetc")]
    [InlineData("/v1/batches?limit=1&limit=2")]
    [InlineData("/v1/batches?cursor=%00")]
    [InlineData("/v1/batches?limit=1e999")]
    [InlineData("/v1/batches?limit=9223372036854775808")]
    [InlineData("/v1/batches?limit=-0")]
    [InlineData("/v1/batches?limit=NaN")]
    public async Task An_address_that_means_nothing_is_refused_with_a_code(string path)
    {
        var reply = await app.Client.SendAsync(HttpMethod.Get, path);

        reply.IsProblem((int)reply.Status, reply.Code!);
        Assert.InRange((int)reply.Status, 400, 404);
    }

    [Fact]
    public async Task A_body_that_unpacks_to_more_than_is_allowed_is_refused()
    {
        var content = Http.Bytes(Http.Gzip($$"""{"name":"{{new string(' ', 80 * 1024)}}"}"""), "application/json");
        content.Headers.ContentEncoding.Add("gzip");

        (await app.Client.SendAsync(HttpMethod.Post, "/v1/datasets", content)).IsProblem(413, "BODY_TOO_LARGE");
    }

    [Fact]
    public async Task Nesting_without_end_is_no_json()
    {
        var deep = Encoding.UTF8.GetString([.. Enumerable.Repeat((byte)'[', 60_000)]);

        (await app.Client.PostAsync("/v1/batches", $$"""{"name":{{deep}}""")).IsProblem(400, "INVALID_JSON");
    }
}

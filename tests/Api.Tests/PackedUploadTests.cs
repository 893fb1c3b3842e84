using System.Net;

namespace BatchPlatform.Api.Tests;

/// <summary>Uploads with <c>Content-Encoding: gzip</c>.</summary>
public sealed class PackedUploadTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Theory]
    [InlineData(20_000, HttpStatusCode.Created)]
    [InlineData(0, HttpStatusCode.UnprocessableEntity)]
    public async Task An_upload_may_be_packed(int jobs, HttpStatusCode expected)
    {
        var batch = await app.Client.CreateAsync();
        using var content = Http.Bytes(Http.Gzip(Http.Lines(jobs)), Http.Ndjson);
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(expected, (await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", content)).Status);
        Assert.Equal(jobs, (await app.JobsAsync(batch)).Count);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public async Task A_packed_upload_that_was_cut_off_adds_nothing(double share)
    {
        var batch = await app.Client.CreateAsync();
        var packed = Http.Gzip(string.Concat(Enumerable.Range(0, 20_000).Select(i => $$$"""{"namespace":"bench","action":"noop","params":{"n":{{{i}}}}}""" + "\n")));
        using var content = Http.Bytes(packed[..(int)(packed.Length * share)], Http.Ndjson);
        content.Headers.ContentEncoding.Add("gzip");
        var reply = await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", content);
        reply.IsProblem(400, "INVALID_PARAMETER");
        await app.NothingIsLeftAsync(batch);
    }

    [Fact]
    public async Task A_packed_upload_that_is_none_is_refused()
    {
        var batch = await app.Client.CreateAsync();
        using var content = Http.Text(Http.Job, Http.Ndjson);
        content.Headers.ContentEncoding.Add("gzip");
        (await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", content)).IsProblem(400, "INVALID_PARAMETER");
    }
}

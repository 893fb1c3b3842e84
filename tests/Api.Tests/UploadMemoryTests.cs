using System.Net;
using BatchPlatform.Api.Tests.Datasets;

namespace BatchPlatform.Api.Tests;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(UploadMemoryTests), DisableParallelization = true)]
[Collection(nameof(UploadMemoryTests))]
public sealed class UploadMemoryTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const long AllowedBytes = 16 * 1024 * 1024;
    private const int Lines = 200_000;
    private static readonly string Text = new('x', 140);

    // What earlier tests have left may be collected meanwhile.
    private const long MayFall = long.MinValue;

    [Fact]
    public async Task An_upload_of_any_length_takes_the_same_little_memory()
    {
        var batch = await app.Client.CreateAsync();
        await app.Client.UploadAsync(batch, Http.Lines(20_000));
        using var body = new MeasuredBody($$$"""{"namespace":"bench","action":"noop","params":{"text":"{{{Text}}}"}}""", Lines);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var reply = await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body);
        Assert.Equal((HttpStatusCode.Created, 220_000), (reply.Status, (int)reply.Body!["total"]!));
        Assert.InRange(body.Peak - before, MayFall, AllowedBytes);
    }

    [Fact]
    public async Task So_does_a_dataset_of_any_length()
    {
        var dataset = await app.Client.FilledDatasetAsync(DatasetHttp.Rows(20_000));
        using var body = new MeasuredBody($$"""{"text":"{{Text}}"}""", Lines);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var reply = await app.Client.FillAsync(dataset, body);
        Assert.Equal((HttpStatusCode.OK, Lines), (reply.Status, (int)reply.Body!["rows"]!));
        Assert.InRange(body.Peak - before, MayFall, AllowedBytes);
    }
}

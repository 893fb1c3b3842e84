using System.Net;
using System.Text;

namespace BatchPlatform.Api.Tests;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(UploadMemoryTests), DisableParallelization = true)]
[Collection(nameof(UploadMemoryTests))]
public sealed class UploadMemoryTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const long AllowedBytes = 16 * 1024 * 1024;

    [Fact]
    public async Task An_upload_of_any_length_takes_the_same_little_memory()
    {
        var batch = await app.Client.CreateAsync();
        await app.Client.UploadAsync(batch, Http.Lines(20_000));
        using var body = new Measured(jobs: 200_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var reply = await app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body);
        Assert.Equal((HttpStatusCode.Created, 220_000), (reply.Status, (int)reply.Body!["total"]!));
        Assert.InRange(body.Peak - before, 0, AllowedBytes);
    }

    /// <summary>Makes 40 MB of jobs as they are sent, and looks at the heap while it does.</summary>
    private sealed class Measured : HttpContent
    {
        private readonly int _jobs;

        public Measured(int jobs)
        {
            _jobs = jobs;
            Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");
        }

        public long Peak { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var line = Encoding.UTF8.GetBytes($$$"""{"namespace":"bench","action":"noop","params":{"text":"{{{new string('x', 140)}}}"}}""" + "\n");
            for (var job = 0; job < _jobs; job++)
            {
                await stream.WriteAsync(line);
                if (job % 20_000 == 0)
                {
                    Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: true));
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

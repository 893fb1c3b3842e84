using System.Net;
using System.Net.Http.Json;
using System.Text;
using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>SIGTERM in the middle of the work: each service ends soon, in order, and nothing is done again because of it.</summary>
[Collection(nameof(AloneOnOnePlatform))]
public sealed class GracefulTests(SamplePlatform platform, ITestOutputHelper output)
{
    private const int Jobs = 3000;

    // So that on the fastest machine a batch is far from its end when its service has ended.
    private const int CallsPerSecond = 600;

    [Fact]
    public Task A_worker_hands_back_what_it_has_not_begun() => EndsInTheMiddleAsync(platform.Services.Workers);

    [Fact]
    public Task An_orchestrator_leaves_the_rest_to_the_others() => EndsInTheMiddleAsync(platform.Services.Orchestrators);

    [Fact]
    public async Task A_notifier_waits_for_a_receiver_that_has_the_callback_and_records_what_it_says()
    {
        using var receiver = new HttpListener();
        var url = $"http://127.0.0.1:{LoopbackPort.Next()}/";
        receiver.Prefixes.Add(url);
        receiver.Start();
        var batch = await SamplePlatform.ReadAsync(await platform.Client.PostAsJsonAsync("/v1/batches", new
        {
            commit = true,
            callback = new { url },
            jobs = new[] { new { @namespace = "places", action = "lookup", @params = new { name = "Lisbon" } } },
        }));
        var call = await receiver.GetContextAsync().WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);

        var ending = platform.Services.Notifiers.ConvertAll(SamplePlatform.EndAsync);
        await Eventually.True(() => platform.Services.Notifiers.TrueForAll(notifier => notifier.Output.Contains("shutting down", StringComparison.Ordinal)));
        call.Response.Close();
        output.WriteLine($"notifiers ended in {string.Join(", ", (await Task.WhenAll(ending)).Select(took => $"{took.TotalSeconds:0.0} s"))}");

        var path = $"/v1/batches/{batch.GetProperty("id").GetString()}/deliveries";
        var delivery = (await SamplePlatform.ReadAsync(await platform.Client.GetAsync(path))).GetProperty("items")[0];
        Assert.Equal(("delivered", 1), (delivery.GetProperty("state").GetString(), delivery.GetProperty("attempts").GetArrayLength()));
        await StartAnewAsync(platform.Services.Notifiers);
    }

    [Fact]
    public async Task An_api_serves_on_until_the_gateway_has_heard_ends_what_is_in_flight_and_cuts_off_what_never_ends()
    {
        var api = platform.Services.Apis[0];
        using var slow = new UploadInParts();
        using var endless = new UploadInParts();
        var (slowBatch, endlessBatch) = (await CreateAsync(), await CreateAsync());
        var (slowUpload, endlessUpload) = (UploadAsync(api.BaseAddress, slowBatch, slow), UploadAsync(api.BaseAddress, endlessBatch, endless));
        await Task.WhenAll(slow.Begun, endless.Begun);

        var ending = SamplePlatform.EndAsync(api);
        await Eventually.Equal(HttpStatusCode.ServiceUnavailable, () => StatusAsync(api, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, "/health/live"));
        await Eventually.True(async () => await IsClosedAsync(api), "nobody is let in any more");
        slow.End();

        using var answer = await slowUpload;
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        output.WriteLine($"api ended in {(await ending).TotalSeconds:0.0} s");
        endless.End();
        await Assert.ThrowsAsync<HttpRequestException>(() => endlessUpload);
        Assert.Equal((2, 0), (await TotalAsync(slowBatch), await TotalAsync(endlessBatch)));
        await StartAnewAsync(platform.Services.Apis);
    }

    [Fact]
    public async Task A_gateway_ends_an_upload_and_a_stream_of_events_ends_with_the_api()
    {
        await using var gateway = await ServiceProcess.StartAsync("gateway", new Dictionary<string, string?>
        {
            ["ReverseProxy__Clusters__api__Destinations__api1__Address"] = platform.Services.Apis[0].BaseAddress.ToString(),
        });
        using var slow = new UploadInParts();
        var batch = await CreateAsync();
        var upload = UploadAsync(gateway.BaseAddress, batch, slow);
        await slow.Begun;

        var ending = SamplePlatform.EndAsync(gateway);
        await Eventually.Equal(HttpStatusCode.ServiceUnavailable, () => StatusAsync(gateway, "/health/ready"));
        slow.End();

        using var answer = await upload;
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        output.WriteLine($"gateway ended in {(await ending).TotalSeconds:0.0} s");

        using var events = await platform.Client.GetAsync($"/v1/batches/{batch}/events", HttpCompletionOption.ResponseHeadersRead);
        var reading = events.Content.ReadAsStringAsync();
        await Task.WhenAll(platform.Services.Apis.Select(SamplePlatform.EndAsync));
        Assert.StartsWith("event: progress", await reading, StringComparison.Ordinal);
        await StartAnewAsync(platform.Services.Apis);
    }

    private async Task EndsInTheMiddleAsync(List<ServiceProcess> service)
    {
        var id = await platform.SubmitAsync(Jobs, CallsPerSecond);
        await Eventually.True(async () => (await platform.BatchAsync(id)).GetProperty("counts").GetProperty("completed").GetInt32() > Jobs / 10);

        output.WriteLine($"{service[0].Project} ended in {(await SamplePlatform.EndAsync(service[0])).TotalSeconds:0.0} s");
        var batch = await platform.BatchAsync(id);
        Assert.Equal("Running", batch.GetProperty("state").GetString());
        await platform.FinishedAsync(id);

        var calls = await platform.CallsAsync();
        var number = batch.GetProperty("number").GetInt64();
        Assert.All(Enumerable.Range(0, Jobs), index => Assert.Equal(1, calls[$"{number}-1-{index}"]));
        Assert.Equal(Jobs, (await platform.ResultsAsync(id)).Count);
        await StartAnewAsync(service);
    }

    private async Task StartAnewAsync(List<ServiceProcess> service)
    {
        foreach (var ended in service.Where(process => process.HasExited).ToList())
        {
            service.Remove(ended);
            await platform.Services.AddAsync(ended.Project, service, ended.Port);
            await ended.DisposeAsync();
        }

        await platform.Services.Gateway.WaitUntilReadyAsync();
    }

    private async Task<string> CreateAsync() =>
        (await SamplePlatform.ReadAsync(await platform.Client.PostAsJsonAsync("/v1/batches", new { }))).GetProperty("id").GetString()!;

    private async Task<int> TotalAsync(string batch) => (await platform.BatchAsync(batch)).GetProperty("counts").GetProperty("total").GetInt32();

    private static async Task<HttpResponseMessage> UploadAsync(Uri at, string batch, UploadInParts upload)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(at, $"/v1/batches/{batch}/jobs")) { Content = upload };
        request.Headers.Authorization = new("Bearer", Deployment.AdminKey);
        return await client.SendAsync(request);
    }

    private static async Task<bool> IsClosedAsync(ServiceProcess process)
    {
        try
        {
            await StatusAsync(process, "/health/live");
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(ServiceProcess process, string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(process.BaseAddress, path));
        return answer.StatusCode;
    }

    /// <summary>An upload of two jobs, of which the second is not sent before the test says so.</summary>
    private sealed class UploadInParts : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UploadInParts() => Headers.TryAddWithoutValidation("Content-Type", "application/x-ndjson");

        public Task Begun => _begun.Task;

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var line = Encoding.UTF8.GetBytes(Samples.Lines(1) + "\n");
            await stream.WriteAsync(line);
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _end.Task;
            await stream.WriteAsync(line);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            _end.TrySetCanceled();
            base.Dispose(disposing);
        }
    }
}

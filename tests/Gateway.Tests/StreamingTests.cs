using System.Globalization;
using System.Net;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

/// <summary>Uploads and downloads pass through as they come, whatever their length, and end when their client goes.</summary>
public sealed class StreamingTests
{
    private const int MiB = 1024 * 1024;
    private static readonly int Large = LongSuite.Cases(sample: 128, full: 1024);

    [Theory]
    [InlineData("POST", "/v1/batches/1/jobs")]
    [InlineData("PUT", "/v1/datasets/1/content")]
    [InlineData("PUT", "/api/v1/data-collection/datasets/1/upload")]
    public async Task An_upload_may_be_longer_than_any_limit_and_is_passed_on_as_it_comes(string method, string path)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            var first = await context.Request.Body.ReadAsync(new byte[MiB]);
            arrived.SetResult();
            await context.Response.WriteAsync($"{first + await CountAsync(context.Request.Body)}");
        });
        await using var gateway = new GatewayServer(api.Url);

        // The rest is sent only once the api has seen the beginning: a buffering gateway would wait for ever.
        using var body = new GeneratedBody(async stream =>
        {
            await WriteAsync(stream, mebibytes: 1);
            await stream.FlushAsync();
            await arrived.Task;
            await WriteAsync(stream, mebibytes: 40);
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal($"{41 * MiB}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_event_reaches_the_client_before_the_stream_has_ended()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("event: progress\n\n");
            await context.Response.Body.FlushAsync();
            await read.Task;
        });
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync("/v1/batches/1/events");
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal("event: progress", await events.ReadLineAsync());
        read.SetResult();
    }

    [Fact]
    public async Task A_long_upload_takes_no_memory()
    {
        await using var api = await FakeApi.StartAsync(async context => await context.Response.WriteAsync($"{await CountAsync(context.Request.Body)}"));
        await using var gateway = await StartProcessAsync(api);
        await UploadAsync(gateway, mebibytes: 16);
        var before = PeakMebibytes(gateway);

        Assert.Equal((long)Large * MiB, await UploadAsync(gateway, Large));

        Assert.InRange(PeakMebibytes(gateway) - before, 0, 48);
    }

    [Fact]
    public async Task A_long_download_takes_no_memory()
    {
        await using var api = await FakeApi.StartAsync(context => WriteAsync(context.Response.Body, int.Parse(context.Request.Query["mebibytes"]!, CultureInfo.InvariantCulture)));
        await using var gateway = await StartProcessAsync(api);
        await DownloadAsync(gateway, mebibytes: 16);
        var before = PeakMebibytes(gateway);

        Assert.Equal((long)Large * MiB, await DownloadAsync(gateway, Large));

        Assert.InRange(PeakMebibytes(gateway) - before, 0, 48);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_request_at_the_api()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            using var told = context.RequestAborted.Register(ended.SetResult);
            arrived.SetResult();
            await ended.Task;
        });
        await using var gateway = new GatewayServer(api.Url);
        using var leave = new CancellationTokenSource();

        var answer = gateway.Client.GetAsync("/v1/batches/1/events", leave.Token);
        await arrived.Task;
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await ended.Task.WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);
    }

    [Fact]
    public async Task An_offer_to_change_the_protocol_is_not_passed_on()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsync($"upgrade: '{context.Request.Headers.Upgrade}'"));
        await using var gateway = new GatewayServer(api.Url);
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync(
            "GET /v1/batches HTTP/1.1\r\nHost: here\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("upgrade: ''", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_echoes_is_refused()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Trace, "/v1/batches"));

        await answer.IsProblemAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        Assert.Equal(0, api.Requests);
    }

    private static Task<ServiceProcess> StartProcessAsync(FakeApi api) => ServiceProcess.StartAsync(
        "gateway", new Dictionary<string, string?> { ["ReverseProxy__Clusters__api__Destinations__api1__Address"] = api.Url });

    private static async Task<long> UploadAsync(ServiceProcess gateway, int mebibytes)
    {
        using var body = new GeneratedBody(stream => WriteAsync(stream, mebibytes));
        using var answer = await gateway.Client.PostAsync("/v1/batches/1/jobs", body);
        return long.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
    }

    private static async Task<long> DownloadAsync(ServiceProcess gateway, int mebibytes)
    {
        using var answer = await gateway.Client.GetAsync($"/v1/batches/1/results?mebibytes={mebibytes}", HttpCompletionOption.ResponseHeadersRead);
        return await CountAsync(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task WriteAsync(Stream stream, int mebibytes)
    {
        var chunk = new byte[MiB];
        for (var i = 0; i < mebibytes; i++)
        {
            await stream.WriteAsync(chunk);
        }
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        var (buffer, total) = (new byte[MiB], 0L);
        while (await stream.ReadAsync(buffer) is var read and > 0)
        {
            total += read;
        }

        return total;
    }

    private static int PeakMebibytes(ServiceProcess process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}

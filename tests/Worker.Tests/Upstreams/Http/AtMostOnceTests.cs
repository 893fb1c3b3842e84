using System.Net;
using System.Net.Sockets;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>A call that must not be made twice is never made again after an end that left open whether it took effect.</summary>
public sealed class AtMostOnceTests : IDisposable
{
    private static readonly UpstreamAction Once = new() { Path = "/call", Delivery = "at_most_once" };
    private readonly FakeClock _clock = new();
    private readonly Gate _gate = new();

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task After_a_timeout_nobody_knows()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);

        AssertUnknown(await Executor(upstream).CallUntilTimeoutAsync(upstream, _clock));
    }

    [Fact]
    public async Task After_we_ended_the_call_nobody_knows()
    {
        await using var upstream = await TestUpstream.StartAsync(_gate.AnswerAsync);

        AssertUnknown(await Executor(upstream).CallUntilAbortedAsync(upstream));
    }

    [Fact]
    public async Task After_a_broken_connection_nobody_knows()
    {
        await using var upstream = await TestUpstream.StartAsync(TestUpstream.BreakOffAsync);

        AssertUnknown(await Executor(upstream).CallAsync(Given.Job()));
        Assert.Single(upstream.Calls);
    }

    [Fact]
    public async Task What_was_never_sent_may_be_tried_again()
    {
        var definition = Given.Upstream($"http://127.0.0.1:{LoopbackPort.Next()}", Once);

        var end = await new HttpExecutor(definition, credential: null, _clock).CallAsync(Given.Job());

        Assert.Equal((ErrorCodes.UpstreamUnreachable, true), (end.ErrorCode, end.Repeatable));
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(504, false)]
    [InlineData(409, true)]
    public async Task A_refusal_may_be_tried_again_and_a_failure_of_the_upstream_may_not(int status, bool repeatable)
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var definition = upstream.Definition(Once) with { Retry = new RetryPolicy { Statuses = [409, 500, 504] } };

        var end = await new HttpExecutor(definition, credential: null, _clock).CallAsync(Given.Job());

        Assert.Equal((ErrorCodes.UpstreamStatus, repeatable), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task A_closed_upstream_has_not_been_called()
    {
        await using var upstream = await TestUpstream.StartAsync(context =>
        {
            context.Response.StatusCode = 429;
            return Task.CompletedTask;
        });

        Assert.Equal(CallFate.UpstreamClosed, (await Executor(upstream).CallAsync(Given.Job())).Fate);
    }

    [Fact]
    public async Task A_connection_that_closes_on_its_second_call_is_not_tried_again_behind_our_back()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeOneAnswerPerConnectionAsync(server);
        var definition = Given.Upstream($"http://{server.LocalEndpoint}", Once with { Method = "DELETE", Body = "none" });
        var executor = new HttpExecutor(definition, credential: null, _clock);

        Assert.Equal(CallFate.Completed, (await executor.CallAsync(Given.Job())).Fate);
        AssertUnknown(await executor.CallAsync(Given.Job()));

        server.Stop();
        Assert.Equal(2, await serving);
    }

    private static void AssertUnknown(CallEnd end) =>
        Assert.Equal((CallFate.Failed, ErrorCodes.ExecutionUnknown, false), (end.Fate, end.ErrorCode, end.Repeatable));

    // Answers the first call on each connection and hangs up on the second; gives the number of calls it saw.
    private static async Task<int> ServeOneAnswerPerConnectionAsync(TcpListener server)
    {
        var calls = 0;
        while (true)
        {
            try
            {
                using var connection = await server.AcceptTcpClientAsync();
                using var reader = new StreamReader(connection.GetStream(), leaveOpen: true);
                calls += await ReadCallAsync(reader);
                await connection.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                calls += await ReadCallAsync(reader);
            }
            catch (Exception error) when (error is SocketException or InvalidOperationException) // stopped
            {
                return calls;
            }
        }
    }

    private static async Task<int> ReadCallAsync(StreamReader reader)
    {
        var lines = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            lines++;
        }

        return lines > 0 ? 1 : 0;
    }

    private HttpExecutor Executor(TestUpstream upstream) => new(upstream.Definition(Once), credential: null, _clock);
}

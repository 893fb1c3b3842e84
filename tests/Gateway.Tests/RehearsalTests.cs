using System.Collections.Concurrent;
using System.Net;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Gateway.Tests;

/// <summary>The batches that a gateway runs before it says that it is ready.</summary>
public sealed class RehearsalTests
{
    private const string Key = "rehearsal-0123456789";

    private readonly ConcurrentQueue<string> _asked = new();
    private volatile string _state = "Running";
    private volatile int _refusal;

    [Fact]
    public async Task The_gateway_is_ready_once_its_batches_have_ended_and_are_deleted()
    {
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = GatewayServer.With(Rehearsing(batches: 3), api.Url);

        await Eventually.True(() => _asked.Contains("GET /v1/batches/17"), "The first batch is asked after.");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadinessAsync(gateway));
        _state = "Finished";

        await Eventually.Equal(HttpStatusCode.OK, () => ReadinessAsync(gateway));
        Assert.Equal((3, 3), (_asked.Count(line => line == "POST /v1/batches"), _asked.Count(line => line == "DELETE /v1/batches/17")));
    }

    [Fact]
    public async Task It_waits_for_a_service_that_is_not_there_yet()
    {
        (_state, _refusal) = ("Finished", StatusCodes.Status503ServiceUnavailable);
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = GatewayServer.With(Rehearsing(batches: 1), api.Url);

        await Eventually.True(() => _asked.Contains("POST /v1/batches"), "A batch is tried.");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadinessAsync(gateway));
        _refusal = 0;

        await Eventually.Equal(HttpStatusCode.OK, () => ReadinessAsync(gateway));
        Assert.Contains("DELETE /v1/batches/17", _asked);
    }

    [Fact]
    public async Task Without_permission_it_is_given_up_and_the_gateway_is_ready()
    {
        _refusal = StatusCodes.Status403Forbidden;
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        await using var gateway = GatewayServer.With(Rehearsing(batches: 3), api.Url);

        await Eventually.Equal(HttpStatusCode.OK, () => ReadinessAsync(gateway));
        Assert.Equal(["POST /v1/batches"], _asked);
    }

    [Fact]
    public async Task A_batch_that_does_not_end_keeps_the_gateway_from_being_ready_only_so_long()
    {
        await using var api = await FakeApi.StartAsync(AnswerAsync);
        var settings = Rehearsing(batches: 3);
        settings["Rehearsal:Seconds"] = "1";
        await using var gateway = GatewayServer.With(settings, api.Url);

        await Eventually.Equal(HttpStatusCode.OK, () => ReadinessAsync(gateway));
        Assert.Equal(1, _asked.Count(line => line == "POST /v1/batches"));
    }

    [Fact]
    public void Without_a_key_the_gateway_does_not_start() =>
        Assert.Throws<OptionsValidationException>(() => GatewayServer.With(new() { ["Rehearsal:Batches"] = "1" }, "http://127.0.0.1:9"));

    private static Dictionary<string, string?> Rehearsing(int batches) => new() { ["Rehearsal:Batches"] = $"{batches}", ["Rehearsal:Key"] = Key };

    private static async Task<HttpStatusCode> ReadinessAsync(GatewayServer gateway)
    {
        using var answer = await gateway.GetAsync("/health/ready");
        return answer.StatusCode;
    }

    private Task AnswerAsync(HttpContext context)
    {
        _asked.Enqueue($"{context.Request.Method} {context.Request.Path}");
        context.Response.StatusCode = context.Request.Headers.Authorization != $"Bearer {Key}" ? StatusCodes.Status401Unauthorized
            : _refusal > 0 ? _refusal
            : StatusCodes.Status200OK;
        return context.Response.WriteAsJsonAsync(new { id = "17", state = _state });
    }
}

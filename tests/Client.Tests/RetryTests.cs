using System.Globalization;
using System.Net;
using BatchPlatform.Testing;
using static BatchPlatform.Client.Tests.ScriptedHandler;

namespace BatchPlatform.Client.Tests;

/// <summary>Requests that fail in passing are sent again, under one key; others are not.</summary>
public sealed class RetryTests
{
    private const string Batch = """{"id":"0198f000-0000-7000-8000-000000000001","number":7,"state":"Created","tenant":"t","created_at":"2026-01-01T00:00:00Z","new_member":1}""";
    private readonly FakeClock _clock = new();

    private ClientOptions Options => new() { Time = _clock };

    [Fact]
    public async Task What_fails_in_passing_is_repeated_under_one_key_and_a_new_request_has_another()
    {
        using var handler = new ScriptedHandler(Lost, Refusal(503, "STORE_UNAVAILABLE"), Refusal(504, "OUTCOME_UNKNOWN"), Json(201, Batch), Json(201, Batch));
        using var client = handler.Client(Options);

        var batch = await _clock.PassesUntil(client.Batches.CreateAsync(new NewBatch { Name = "first" }));
        await client.Batches.CreateAsync(new NewBatch { Name = "first" });

        Assert.Equal(7, batch.Number);
        Assert.Equal(4, handler.Requests.Take(4).Count(request => request.IdempotencyKey == handler.Requests[0].IdempotencyKey));
        Assert.NotEqual(handler.Requests[0].IdempotencyKey, handler.Requests[4].IdempotencyKey);
        Assert.All(handler.Requests, request => Assert.Equal("""{"name":"first"}""", request.Body));
        Assert.All(handler.Requests, request => Assert.Equal("Bearer the-key", request.Authorization));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("date")]
    public async Task Retry_After_is_waited_for(string told)
    {
        var retryAfter = told == "date" ? (_clock.GetUtcNow() + TimeSpan.FromSeconds(7)).ToString("R", CultureInfo.InvariantCulture) : told;
        using var handler = new ScriptedHandler(Refusal(429, "RATE_LIMITED", retryAfter), Json(200, Batch));
        using var client = handler.Client(Options);

        var asked = client.Batches.GetAsync(Guid.NewGuid());
        await Eventually.True(() => handler.Requests.Count == 1 && _clock.ActiveTimers == 1);
        _clock.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Single(handler.Requests);
        _clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal(7, (await asked).Number);
    }

    [Fact]
    public async Task A_Retry_After_beyond_the_clients_patience_is_told_instead()
    {
        using var handler = new ScriptedHandler(Refusal(503, "SHED", "3600"));
        using var client = handler.Client(Options);

        var refusal = await Assert.ThrowsAsync<BatchPlatformException>(() => client.Batches.GetAsync(Guid.NewGuid()));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "SHED", TimeSpan.FromHours(1)), (refusal.Status, refusal.Code, refusal.RetryAfter!.Value));
    }

    [Theory]
    [InlineData(404, "BATCH_NOT_FOUND")]
    [InlineData(409, "BATCH_RUNNING")]
    [InlineData(422, "INVALID_JOB")]
    [InlineData(429, "QUOTA_EXCEEDED")]
    [InlineData(500, "INTERNAL_ERROR")]
    public async Task A_refusal_is_told_at_once(int status, string code)
    {
        using var handler = new ScriptedHandler(Refusal(status, code));
        using var client = handler.Client(Options);

        var refusal = await Assert.ThrowsAsync<BatchPlatformException>(() => client.Batches.StopAsync(Guid.NewGuid()));

        Assert.Equal((status, code, $"{code}: Told so."), ((int)refusal.Status, refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("APPEND_IN_PROGRESS")]
    [InlineData("REQUEST_IN_PROGRESS")]
    public async Task What_is_still_going_on_is_waited_for(string code)
    {
        using var handler = new ScriptedHandler(Refusal(409, code), Json(200, Batch));
        using var client = handler.Client(Options);

        Assert.Equal(7, (await _clock.PassesUntil(client.Batches.StopAsync(Guid.NewGuid()))).Number);
    }

    [Theory]
    [InlineData("text/html", "<h1>Bad gateway</h1>")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", """{"error":"no upstream"}""")]
    public async Task What_a_proxy_says_in_its_own_words_is_a_refusal_without_a_code(string type, string body)
    {
        using var handler = new ScriptedHandler(Body(502, type, body), Body(502, type, body));
        using var client = handler.Client(Options with { Attempts = 2 });

        var asked = client.Batches.GetAsync(Guid.NewGuid());
        await Assert.ThrowsAsync<BatchPlatformException>(() => _clock.PassesUntil(asked));

        Assert.Equal(2, handler.Requests.Count);
    }

    [Fact]
    public async Task After_the_last_attempt_it_is_told_that_the_platform_was_not_reached()
    {
        using var handler = new ScriptedHandler(Lost, Silence, Lost);
        using var client = handler.Client(Options with { Attempts = 3 });

        var asked = client.Batches.GetAsync(Guid.NewGuid());
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => _clock.PassesUntil(asked));

        Assert.Equal("The platform was not reached: refused", error.Message);
        Assert.Equal(3, handler.Requests.Count);
    }

    [Fact]
    public async Task No_answer_in_time_counts_as_not_reached()
    {
        using var handler = new ScriptedHandler(Silence);
        using var client = handler.Client(Options with { Attempts = 1 });

        var asked = client.Batches.GetAsync(Guid.NewGuid());
        await Eventually.True(() => handler.Requests.Count == 1);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(asked.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
    }

    [Fact]
    public async Task The_callers_own_end_is_no_failure_of_the_network()
    {
        using var handler = new ScriptedHandler(Silence);
        using var client = handler.Client(Options);
        using var end = new CancellationTokenSource();

        var asked = client.Batches.GetAsync(Guid.NewGuid(), end.Token);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_delete_whose_answer_was_lost_is_done_when_nothing_is_there_any_more()
    {
        using var handler = new ScriptedHandler(Lost, Refusal(404, "BATCH_NOT_FOUND"), Refusal(404, "BATCH_NOT_FOUND"));
        using var client = handler.Client(Options);

        await _clock.PassesUntil(client.Batches.DeleteAsync(Guid.NewGuid()));

        await Assert.ThrowsAsync<BatchPlatformException>(() => client.Batches.DeleteAsync(Guid.NewGuid()));
    }

    [Fact]
    public async Task Any_number_of_attempts_waits_no_longer_than_was_said()
    {
        using var handler = new ScriptedHandler([.. Enumerable.Repeat<Func<CancellationToken, Task<HttpResponseMessage>>>(Lost, 99), Json(200, Batch)]);
        using var client = handler.Client(Options with { Attempts = 100, MaxDelay = TimeSpan.FromSeconds(1) });

        Assert.Equal(7, (await _clock.PassesUntil(client.Batches.GetAsync(Guid.NewGuid()))).Number);
    }
}

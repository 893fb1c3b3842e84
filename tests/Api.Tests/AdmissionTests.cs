using System.Net;
using BatchPlatform.Api.Admission;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>What the api does not take on, because it has enough to do.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task A_write_too_many_is_refused_with_when_to_come_back_and_reads_and_health_are_not()
    {
        await using var app = await StartAsync(new() { ["Overload:Waiting"] = "0" });
        var finish = await HoldWriteAsync(app);

        var refused = await app.Client.PostAsync("/v1/batches", "{}", "again");

        refused.IsProblem(503, "OVERLOADED");
        Assert.InRange(refused.Message.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Get, "/v1/batches")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.Created, (await finish()).Status);
        Assert.Equal(HttpStatusCode.Created, (await app.Client.PostAsync("/v1/batches", "{}", "again")).Status);
    }

    [Fact]
    public async Task One_that_may_wait_is_served_when_its_turn_comes()
    {
        await using var app = await StartAsync(new() { ["Overload:Waiting"] = "1", ["Overload:WaitSeconds"] = "60" });
        var finish = await HoldWriteAsync(app);
        var others = new[] { app.Client.PostAsync("/v1/batches", "{}"), app.Client.PostAsync("/v1/batches", "{}") };
        (await await Task.WhenAny(others)).IsProblem(503, "OVERLOADED");

        Assert.Equal(HttpStatusCode.Created, (await finish()).Status);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable], (await Task.WhenAll(others)).Select(reply => reply.Status).Order());
    }

    [Fact]
    public async Task Nobody_waits_longer_than_he_may()
    {
        await using var app = await StartAsync(new() { ["Overload:Waiting"] = "9", ["Overload:WaitSeconds"] = "0.1" });
        var finish = await HoldWriteAsync(app);

        (await app.Client.PostAsync("/v1/batches", "{}")).IsProblem(503, "OVERLOADED");

        Assert.Equal(HttpStatusCode.Created, (await finish()).Status);
    }

    [Fact]
    public async Task Uploads_at_their_clients_pace_hold_no_place_among_the_others_and_are_bounded_too()
    {
        await using var app = await StartAsync(new() { ["Overload:Streams"] = "1" });
        var batch = await app.Client.CreateAsync();
        using var body = new GatedContent();
        var upload = app.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body);
        await Eventually.Equal(1, () => app.ReadAsync(db => QuotaCounts.UploadsAsync(db, "default", DateTime.UnixEpoch, default)));

        (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}/results")).IsProblem(503, "OVERLOADED");

        await app.Client.CreateAsync();
        body.Send(Http.Job);
        body.End();
        Assert.Equal(HttpStatusCode.Created, (await upload).Status);
    }

    [Fact]
    public async Task Who_waits_for_the_end_of_a_batch_holds_no_place_among_the_others()
    {
        await using var app = await StartAsync(new() { ["Overload:Streams"] = "1", ["Overload:Reads"] = "1", ["Overload:Waiting"] = "0" });
        var batch = $"/v1/batches/{await app.Client.CreateAsync()}";
        Task<Reply>[] waiting = [app.Client.SendAsync(HttpMethod.Get, batch + "?wait=60"), app.Client.SendAsync(HttpMethod.Get, batch + "?wait=60")];

        (await await Task.WhenAny(waiting)).IsProblem(503, "OVERLOADED");

        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Get, batch)).Status);
    }

    [Fact]
    public async Task Bodies_that_together_are_longer_than_the_memory_for_them_are_refused()
    {
        const int Announced = 40 * 1024 * 1024;
        const int Room = 64 * 1024 * 1024;
        await using var app = await StartAsync(new() { ["Overload:Writes"] = "9", ["Overload:BodyBytes"] = $"{Room}", ["Api:InlineBytes"] = $"{Room}" });
        var held = app.Services.GetRequiredService<HeldBodies>();
        using var body = new GatedContent("application/json") { Headers = { ContentLength = Announced } };
        var first = app.Client.SendAsync(HttpMethod.Post, "/v1/batches", body);
        body.Send(new string(' ', Announced - 1));
        await Eventually.True(() => held.Bytes > Announced);
        var other = $$"""{"name":"{{new string(' ', Announced)}}"}""";

        (await app.Client.PostAsync("/v1/batches", other)).IsProblem(503, "OVERLOADED");

        await app.Client.CreateAsync();
        body.Break();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => first);
        await Eventually.Equal(0, () => held.Bytes);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await app.Client.PostAsync("/v1/batches", other)).Status);
    }

    [Fact]
    public async Task A_dialects_client_is_refused_in_its_vendors_words()
    {
        await using var app = await StartAsync(new() { ["Overload:Waiting"] = "0" });
        var finish = await HoldWriteAsync(app);

        using var form = new FormUrlEncodedContent([new("api-key", ApiApp.AdminKey)]);
        var refused = await app.Client.SendAsync(HttpMethod.Post, "/seo-tools/api/v4/batch", form);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.NotNull(refused.Message.Headers.RetryAfter);
        Assert.Equal(false, (bool?)refused.Body!["success"]);
        Assert.Equal(HttpStatusCode.Created, (await finish()).Status);
    }

    // One write at a time unless the test says otherwise, and all the time that a busy machine needs.
    private static Task<ApiApp> StartAsync(Dictionary<string, string?> settings) => ApiApp.StartAsync(
        new Dictionary<string, string?> { ["Overload:Writes"] = "1", ["Api:CommandSeconds"] = "60", ["Api:LeaseSeconds"] = "120" }
            .Concat(settings).GroupBy(setting => setting.Key).ToDictionary(setting => setting.Key, setting => setting.Last().Value));

    /// <summary>A write that waits for the lifecycle, until the function that is returned is called.</summary>
    private static async Task<Func<Task<Reply>>> HoldWriteAsync(ApiApp app)
    {
        var go = new TaskCompletionSource();
        app.Lifecycle.Refuse = _ =>
        {
            go.Task.Wait();
            return null;
        };
        var write = app.Client.PostAsync("/v1/batches", "{}");
        await Eventually.True(() => app.Lifecycle.Commands.Count > 0);
        return () =>
        {
            go.SetResult();
            return write;
        };
    }
}

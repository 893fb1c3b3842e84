using System.Net;
using System.Text;
using BatchPlatform.Api.Admission;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Tests;

/// <summary>Bodies that are read whole, of clients who take their time.</summary>
public sealed class SlowBodyTests
{
    private const int Announced = 100_000;
    private const int LongAnnounced = (16 * 1024 * 1024) - 1;
    private const int MebiByte = 1024 * 1024;
    private static readonly Dictionary<string, string?> OneOfEach = new() { ["Overload:Writes"] = "1", ["Overload:Reads"] = "1", ["Overload:Streams"] = "1" };

    [Theory]
    [InlineData("POST", "/v1/batches", ApiApp.AdminKey)]
    [InlineData("POST", "/batches", "")]
    [InlineData("POST", "/seo-tools/api/v4/batch", "")]
    [InlineData("GET", "/batches", "")]
    [InlineData("GET", "/batches/1/results/1", "")]
    public async Task They_keep_nobody_out(string method, string path, string key)
    {
        await using var app = await ApiApp.StartAsync(OneOfEach);
        using var slow = new RawHttp(app.Client.BaseAddress!);

        await BeginAsync(app, slow, method, path, key, Announced);

        var batch = await app.Client.CreateAsync();
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(HttpMethod.Get, "/v1/batches")).Status);
        await Eventually.Equal(HttpStatusCode.OK, async () => (await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{batch}/results")).Status);
    }

    [Fact]
    public async Task One_that_is_there_at_last_is_taken_when_its_turn_comes()
    {
        await using var app = await ApiApp.StartAsync(new() { ["Overload:Writes"] = "1", ["Overload:WaitSeconds"] = "60", ["Api:CommandSeconds"] = "60", ["Api:LeaseSeconds"] = "120" });
        using var slow = new RawHttp(app.Client.BaseAddress!);
        await BeginAsync(app, slow, "POST", "/v1/batches", ApiApp.AdminKey, Announced);
        var go = new TaskCompletionSource();
        app.Lifecycle.Refuse = _ =>
        {
            go.Task.Wait();
            return null;
        };
        var other = app.Client.PostAsync("/v1/batches", "{}");
        await Eventually.True(() => app.Lifecycle.Commands.Count > 0);

        await slow.SendAsync(Encoding.ASCII.GetBytes(new string(' ', Announced - 2) + "}"), default);
        await Eventually.True(() => app.Services.GetRequiredService<HeldBodies>().Bytes > Announced);
        var command = Assert.Single(app.Lifecycle.Commands);
        go.SetResult();

        Assert.Equal(HttpStatusCode.Created, (await other).Status);
        Assert.Equal(201, (await slow.ReadAsync(hasBody: true, default)).Status);
        Assert.NotSame(command, app.Lifecycle.Commands[^1]);
    }

    [Theory]
    [InlineData("/v1/batches", ApiApp.AdminKey, 408, "\"BODY_TOO_SLOW\"")]
    [InlineData("/seo-tools/api/v4/batch", "", 408, "\"BODY_TOO_SLOW\"")]
    [InlineData("/batches", "", 400, "too slowly")]
    [InlineData("/api/1.0/batch?action=run", ApiApp.AdminKey, 400, "too slowly")]
    public async Task One_that_does_not_come_in_time_is_refused(string path, string key, int status, string told)
    {
        var clock = new FakeClock();
        await using var app = await ApiApp.StartAsync(time: clock);
        using var slow = new RawHttp(app.Client.BaseAddress!);
        await BeginAsync(app, slow, "POST", path, key, Announced);

        var (reply, took) = await MoveUntilAnsweredAsync(clock, slow);

        Assert.Equal(status, reply.Status);
        Assert.Contains(told, reply.Body, StringComparison.Ordinal);
        Assert.True(took >= TimeSpan.FromSeconds(10), $"{took}");
        Assert.Equal(0, app.Services.GetRequiredService<HeldBodies>().Bytes);
    }

    [Fact]
    public async Task It_has_time_for_its_length()
    {
        const int Sent = 128 * 1024;
        var clock = new FakeClock();
        await using var app = await ApiApp.StartAsync(time: clock);
        using var slow = new RawHttp(app.Client.BaseAddress!);
        await BeginAsync(app, slow, "POST", "/v1/batches", ApiApp.AdminKey, Sent * 2);
        await slow.SendAsync(Encoding.ASCII.GetBytes(new string(' ', Sent - 1)), default);
        await Eventually.True(() => app.Services.GetRequiredService<HeldBodies>().Bytes > Sent);

        var (reply, took) = await MoveUntilAnsweredAsync(clock, slow);

        Assert.Equal(408, reply.Status);
        Assert.True(took >= TimeSpan.FromSeconds(12), $"{took}");
    }

    [Fact]
    public async Task What_is_only_announced_takes_no_memory()
    {
        await using var app = await ApiApp.StartAsync();
        using var slow = new RawHttp(app.Client.BaseAddress!);

        await BeginAsync(app, slow, "POST", "/v1/batches", ApiApp.AdminKey, LongAnnounced);

        Assert.InRange(app.Services.GetRequiredService<HeldBodies>().Bytes, 1, RequestBody.SmallBytes);
    }

    [Fact]
    public async Task IVvys_are_not_read_for_whom_nobody_knows()
    {
        await using var app = await ApiApp.StartAsync();
        using var slow = new RawHttp(app.Client.BaseAddress!);

        await slow.SendAsync(Head("POST", "/api/1.0/batch?action=run", "no-key", LongAnnounced), default);

        Assert.Equal(401, (await slow.ReadAsync(hasBody: true, default).WaitAsync(Eventually.DefaultTimeout, TimeProvider.System)).Status);
    }

    [Fact]
    public void Long_ones_leave_room_for_short_ones_and_those_of_nobody_known_for_the_others()
    {
        var held = new HeldBodies(Options.Create(new OverloadOptions { BodyBytes = 64 * MebiByte }));

        Assert.False(held.TryAdd(33 * MebiByte, 33 * MebiByte, isKnown: false));
        Assert.True(held.TryAdd(33 * MebiByte, 33 * MebiByte, isKnown: true));
        Assert.False(held.TryAdd(16 * MebiByte, 16 * MebiByte, isKnown: true));
        Assert.True(held.TryAdd(15 * MebiByte, 15 * MebiByte, isKnown: true));
        for (var shorts = 0; shorts < 16 * MebiByte; shorts += RequestBody.SmallBytes)
        {
            Assert.True(held.TryAdd(RequestBody.SmallBytes, RequestBody.SmallBytes, isKnown: false));
        }

        Assert.False(held.TryAdd(1, 1, isKnown: true));
        Assert.Equal(64 * MebiByte, held.Bytes);
    }

    // The first byte of a body, once it is waited for.
    private static async Task BeginAsync(ApiApp app, RawHttp slow, string method, string path, string key, int announced)
    {
        await slow.SendAsync(Head(method, path, key, announced), default);
        await slow.SendAsync("{"u8.ToArray(), default);
        await Eventually.True(() => app.Services.GetRequiredService<HeldBodies>().Bytes > 0);
    }

    private static byte[] Head(string method, string path, string key, int length) => Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
        + (key.Length > 0 ? $"Authorization: Bearer {key}\r\nX-Api-Authorization: IWS {key}:\r\n\r\n" : "\r\n"));

    private static async Task<(RawReply Reply, TimeSpan Took)> MoveUntilAnsweredAsync(FakeClock clock, RawHttp slow)
    {
        var began = clock.GetUtcNow();
        var reply = await clock.MoveUntilAsync(slow.ReadAsync(hasBody: true, default));
        return (reply, clock.GetUtcNow() - began);
    }
}

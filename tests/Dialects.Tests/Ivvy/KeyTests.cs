using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Dialects.Tests.Ivvy;

/// <summary>Who is let in, and the refusals that are not about a batch.</summary>
[Collection(nameof(OnePlatform))]
public sealed class KeyTests(DialectHost host) : IAsyncLifetime
{
    private const string Body = """{"example":"body"}""";
    private const string Path = "/api/1.0/test?action=ping";
    private static (string Key, string Secret)? _signer;

    public static TheoryData<string, string> Actions => new()
    {
        { "batch", "run" }, { "batch", "progress" }, { "batch", "results" }, { "batch", "restart" }, { "batch", "repost" }, { "test", "ping" }, { "event", "inviteContacts" },
    };

    public async Task InitializeAsync() => _signer ??= await host.AddSigningKeyAsync("default");

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_wrong_key_is_401_on_every_action(string space, string action)
    {
        IvvyClient.IsRefusal(await new IvvyClient(host.Client, "bp_nobody_wrong").AskAsync(space, action, "{}"), 401, 0);
        IvvyClient.IsRefusal(await host.Native.AskAsync(HttpMethod.Post, $"/api/1.0/{space}?action={action}", Http.Json("{}")), 401, 0);
    }

    [Fact]
    public async Task A_key_that_only_reads_polls_and_runs_nothing()
    {
        var async = await new IvvyClient(host.Client).StartAsync();
        var reader = new IvvyClient(host.Client, await host.AddKeyAsync($"r{Guid.NewGuid():N}", "default", "read"));

        Assert.Equal(200, (await reader.BatchAsync("progress", async)).Status);
        IvvyClient.IsRefusal(await reader.RunAsync([IvvyClient.Job()]), 403, 0);
        IvvyClient.IsRefusal(await reader.BatchAsync("restart", async), 403, 0);
    }

    [Theory]
    [InlineData("POST", "/api/1.0/event?action=inviteContacts", 400, 23016)]
    [InlineData("POST", "/api/1.0/batch?action=Run", 400, 23016)]
    [InlineData("POST", "/api/1.0/batch", 400, 23017)]
    [InlineData("POST", "/api/1.0/batch/run", 404, 0)]
    [InlineData("POST", "/api/1.0", 404, 0)]
    [InlineData("GET", "/api/1.0/batch?action=run", 405, 0)]
    [InlineData("PUT", "/api/1.0/test?action=ping", 405, 0)]
    public async Task What_is_not_offered_is_refused_in_the_same_envelope(string method, string path, int status, int code)
    {
        var reply = await host.Client.AskAsync(new HttpMethod(method), path, Http.Json("{}"), ("X-Api-Authorization", $"IWS {DialectHost.Key}:x"));

        IvvyClient.IsRefusal(reply, status, code);
    }

    [Fact]
    public async Task A_signed_request_is_let_in() => Assert.Equal(200, (await SignedAsync()).Status);

    [Fact]
    public async Task The_date_may_stand_in_its_own_header_with_or_without_the_zone()
    {
        Assert.Equal(200, (await SignedAsync(date: $"{Now:yyyy-MM-dd HH:mm:ss} UTC")).Status);
        Assert.Equal(200, (await SignedAsync(date: Now.ToString("r", CultureInfo.InvariantCulture), header: "Date")).Status);
    }

    [Theory]
    [InlineData(-6)]
    [InlineData(6)]
    public async Task A_request_from_another_time_is_stale(int minutes) =>
        IvvyClient.IsRefusal(await SignedAsync(date: $"{Now.AddMinutes(minutes):yyyy-MM-dd HH:mm:ss}"), 401, 23005, "Request is stale");

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    public async Task A_request_without_a_time_is_stale(string date) => IvvyClient.IsRefusal(await SignedAsync(date: date), 401, 23005);

    [Fact]
    public async Task A_request_signed_otherwise_is_refused()
    {
        IvvyClient.IsRefusal(await SignedAsync(secret: "another-secret"), 401, 0);
        IvvyClient.IsRefusal(await SignedAsync(sentBody: """{"example":"other"}"""), 401, 0);
        IvvyClient.IsRefusal(await SignedAsync(sentPath: "/api/1.0/test?action=ping&more=1"), 401, 0);
        IvvyClient.IsRefusal(await new IvvyClient(host.Client, _signer!.Value.Key).AskAsync("test", "ping", "{}", ("IVVY-Date", $"{Now:yyyy-MM-dd HH:mm:ss}")), 401, 0);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    // The vendor's recipe, step by step.
    [SuppressMessage("Security", "CA5350:Do not use weak cryptographic algorithms", Justification = "It is the vendor's.")]
    [SuppressMessage("Security", "CA5351:Do not use broken cryptographic algorithms", Justification = "It is the vendor's.")]
    private Task<Reply> SignedAsync(string? date = null, string header = "IVVY-Date", string? secret = null, string sentBody = Body, string sentPath = Path)
    {
        date ??= $"{Now:yyyy-MM-dd HH:mm:ss}";
        var md5 = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Body)));
        var isOwn = header == "IVVY-Date";
        var text = $"POST{md5}application/json; charset=utf-8{(isOwn ? "" : date)}{Path}1.0{(isOwn ? $"ivvydate={date}" : "")}".ToLowerInvariant();
        var signature = Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret ?? _signer!.Value.Secret), Encoding.UTF8.GetBytes(text)));
        var content = Http.Json(sentBody);
        content.Headers.TryAddWithoutValidation("Content-MD5", md5);
        return host.Client.AskAsync(HttpMethod.Post, sentPath, content, ("X-Api-Authorization", $"IWS {_signer!.Value.Key}:{signature}"), (header, date));
    }
}

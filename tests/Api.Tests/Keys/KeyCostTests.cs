using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>Whatever is wrong with a key, finding out costs the same: one query and two hashes.</summary>
public sealed class KeyCostTests(ApiApp app) : IClassFixture<ApiApp>
{
    public static TheoryData<string> Wrong =>
    [
        "unknown id", "wrong secret", "revoked", "no made key", "empty id", "id with NUL", "wrong admin", "half a character", "too long",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_key_costs_one_query_and_two_hashes(string kind)
    {
        var keys = app.Services.GetRequiredService<KeyDirectory>();
        var credential = await CredentialAsync(kind);
        var hashes = 0;
        keys.Verify = (key, salt, hash) =>
        {
            hashes++;
            return KeySecret.Verify(key, salt, hash);
        };
        var before = app.Queries.OfKeys;

        Assert.Null(await keys.FindAsync(credential, default));
        Assert.Null(await keys.FindAsync(credential, default));

        Assert.Equal((4, 2), (hashes, app.Queries.OfKeys - before));
    }

    [Fact]
    public async Task Unknown_and_wrong_keys_get_the_same_answer()
    {
        var (key, _) = await app.Client.MakeKeyAsync();
        var answers = new List<string>();
        foreach (var credential in new[] { key[..^1] + (key[^1] == 'A' ? 'Q' : 'A'), KeySecret.Make("nobody1"), "nothing like a key", "bp_" })
        {
            using var client = app.NewClient(credential);
            var answer = await client.GetAsync(new Uri("/v1/batches", UriKind.Relative));
            answer.Headers.Date = null;
            answers.Add($"{answer.StatusCode}\n{answer.Headers}{answer.Content.Headers}\n{await answer.Content.ReadAsStringAsync()}");
        }

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task A_good_key_costs_a_query_once_a_second()
    {
        using var client = app.NewClient((await app.Client.MakeKeyAsync()).Key);
        await client.GetAsync(new Uri("/v1/upstreams", UriKind.Relative));
        var before = app.Queries.OfKeys;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await client.GetAsync(new Uri("/v1/upstreams", UriKind.Relative));
        }

        Assert.InRange(app.Queries.OfKeys - before, 0, 1 + (int)Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private async Task<string> CredentialAsync(string kind)
    {
        var (key, id) = await app.Client.MakeKeyAsync();
        if (kind == "revoked")
        {
            await app.Client.RevokeAsync(id);
        }

        return kind switch
        {
            "unknown id" => KeySecret.Make("nobody1"),
            "wrong secret" => KeySecret.Make(id),
            "revoked" => key,
            "empty id" => "bp__secret",
            "id with NUL" => "bp_a\0b_secret",
            "wrong admin" => KeySecret.Make(KeyDirectory.AdminId),
            "half a character" => "bp_\ud800_secret",
            "too long" => new string('k', 1_000_000),
            _ => "nothing like a key",
        };
    }
}

using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>When a key was last used is known to a minute, and no request waits for its being written.</summary>
public sealed class KeyUseTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() => _app = await ApiApp.StartAsync(time: _clock);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task The_last_use_is_written_once_a_minute()
    {
        var (key, id) = await _app.Client.MakeKeyAsync();
        using var client = _app.NewClient(key);
        await client.CreateAsync();
        Assert.Null(await LastUsedAsync(id));
        _clock.Advance(TimeSpan.FromSeconds(20));
        await client.CreateAsync();
        var last = _clock.GetUtcNow().UtcDateTime;

        _clock.Advance(TimeSpan.FromSeconds(40));

        await Eventually.Equal(last, () => LastUsedAsync(id));
        Assert.StartsWith($"{last:yyyy-MM-dd}", (string)(await _app.Client.SendAsync(HttpMethod.Get, $"/v1/keys/{id}")).Body!["last_used_at"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_written_yet_is_written_at_the_stop()
    {
        var (key, id) = await _app.Client.MakeKeyAsync();
        using var client = _app.NewClient(key);
        await client.CreateAsync();

        await _app.Services.GetRequiredService<KeyUses>().StopAsync(default);

        Assert.Equal(_clock.GetUtcNow().UtcDateTime, await LastUsedAsync(id));
    }

    [Fact]
    public async Task The_later_of_two_instances_stays()
    {
        var (key, id) = await _app.Client.MakeKeyAsync();
        using var client = _app.NewClient(key);
        await client.CreateAsync();
        var elsewhere = _clock.GetUtcNow().UtcDateTime.AddSeconds(5);
        await _app.WriteAsync(db => db.Keys.Single(row => row.Id == id).LastUsedAt = elsewhere);

        await _app.Services.GetRequiredService<KeyUses>().TickAsync(default);

        Assert.Equal(elsewhere, await LastUsedAsync(id));
    }

    [Fact]
    public async Task A_wrong_key_is_no_use()
    {
        var (_, id) = await _app.Client.MakeKeyAsync();
        using var client = _app.NewClient(KeySecret.Make(id));
        await client.PostAsync("/v1/batches", "{}");

        await _app.Services.GetRequiredService<KeyUses>().TickAsync(default);

        Assert.Null(await LastUsedAsync(id));
    }

    private Task<DateTime?> LastUsedAsync(string id) => _app.ReadAsync(db => db.Keys.Where(row => row.Id == id).Select(row => row.LastUsedAt).SingleAsync());
}

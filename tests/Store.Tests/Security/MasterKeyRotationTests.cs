using System.Security.Cryptography;
using BatchPlatform.Store.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Tests.Security;

/// <summary>A master key is replaced in three steps: everybody knows the next one, everybody uses it, nobody knows the former.</summary>
public abstract class MasterKeyRotationTests(StoreFixture fixture) : IAsyncLifetime
{
    private const string Secret = "whsec_of somebody";
    private static readonly string Old = new string('A', 43) + "=";
    private static readonly string New = new string('B', 43) + "=";

    /// <summary>Each test begins with an empty ring.</summary>
    public async Task InitializeAsync()
    {
        await using var unit = await fixture.Store.BeginAsync();
        await unit.Db.KeyRing.ExecuteDeleteAsync();
        await unit.CommitAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task In_each_step_every_process_reads_what_any_other_protected()
    {
        await using var before = await ApiAsync(Old);
        var texts = new List<string> { Box(before).Protect(Secret) };
        await using var knows = await ApiAsync(Old, New);
        texts.Add(Box(knows).Protect(Secret));
        await using var uses = await ApiAsync(New, Old);
        texts.Add(Box(uses).Protect(Secret));

        await using var lateToKnow = Process(addsKeys: false, Old, New);
        await using var forgets = await ApiAsync(New);

        Assert.All([lateToKnow, forgets], process => Assert.All(texts, text => Assert.Equal(Secret, Box(process).Unprotect(text))));
    }

    [Fact]
    public async Task Once_api_has_started_with_the_new_key_the_old_one_opens_nothing()
    {
        await using var before = await ApiAsync(Old);
        var text = Box(before).Protect(Secret);

        await using (await ApiAsync(New, Old))
        {
            await using var thief = Process(addsKeys: false, Old);
            Assert.ThrowsAny<CryptographicException>(() => Box(thief).Unprotect(text));
        }
    }

    [Fact]
    public async Task A_key_that_is_wrapped_with_the_configured_one_stays_as_it_is()
    {
        await using var before = await ApiAsync(Old);
        Box(before).Protect(Secret);
        var ring = await RingAsync();

        await using var again = await ApiAsync(Old, New);

        Assert.Equal(ring, await RingAsync());
    }

    [Fact]
    public async Task With_the_old_key_left_out_nothing_is_lost_and_giving_it_helps()
    {
        await using var before = await ApiAsync(Old);
        var text = Box(before).Protect(Secret);
        var ring = await RingAsync();

        await using (var hasty = await ApiAsync(New))
        {
            Assert.ThrowsAny<CryptographicException>(() => Box(hasty).Unprotect(text));
        }

        Assert.Equal(ring, (await RingAsync()).Intersect(ring));
        await using var careful = await ApiAsync(New, Old);
        Assert.Equal(Secret, Box(careful).Unprotect(text));
    }

    [Fact]
    public async Task Apis_that_start_at_the_same_time_rotate_once()
    {
        await using var before = await ApiAsync(Old);
        var text = Box(before).Protect(Secret);

        var apis = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ApiAsync(New, Old))));

        Assert.All(apis, api => Assert.Equal(Secret, Box(api).Unprotect(text)));
        foreach (var api in apis)
        {
            await api.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_key_that_was_kept_in_the_store_is_forgotten_once_another_is_configured()
    {
        await using (var before = await ApiAsync(""))
        {
            var text = Box(before).Protect(Secret);
            await using var after = await ApiAsync(New);
            Assert.Equal(Secret, Box(after).Unprotect(text));
        }

        await using var db = fixture.Store.Read();
        Assert.DoesNotContain(await db.KeyRing.ToListAsync(), element => element.Number == KeyRing.MasterPlace);
    }

    [Theory]
    [InlineData("a password", 1)]
    [InlineData(null, SecurityOptions.MaxFormerKeys + 1)]
    public async Task Former_keys_are_few_and_keys_and_the_message_does_not_show_them(string? key, int count)
    {
        await using var process = Process(addsKeys: true, New, [.. Enumerable.Repeat(key ?? Old, count)]);

        var error = Assert.Throws<OptionsValidationException>(() => process.GetRequiredService<IOptions<SecurityOptions>>().Value);
        Assert.StartsWith("Security__FormerMasterKeys must", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key ?? Old, error.Message, StringComparison.Ordinal);
    }

    private async Task<List<string>> RingAsync()
    {
        await using var db = fixture.Store.Read();
        return await db.KeyRing.OrderBy(element => element.Number).Select(element => element.Xml).ToListAsync();
    }

    private async Task<ServiceProvider> ApiAsync(string masterKey, params string[] former)
    {
        var api = Process(addsKeys: true, masterKey, former);
        await api.GetRequiredService<MasterKey>().EnsureAsync(CancellationToken.None);
        await api.GetRequiredService<MasterKeyRotation>().RunAsync(CancellationToken.None);
        return api;
    }

    private ServiceProvider Process(bool addsKeys, string masterKey, params string[] former)
    {
        var settings = former.Select((key, place) => KeyValuePair.Create($"Security:FormerMasterKeys:{place}", (string?)key)).Append(new("Security:MasterKey", masterKey));
        return fixture.Process(services => services
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSecrets(addsKeys));
    }

    private static SecretBox Box(ServiceProvider process) => process.GetRequiredService<SecretBox>();
}

public sealed class SqliteMasterKeyRotationTests(SqliteFixture fixture) : MasterKeyRotationTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresMasterKeyRotationTests(PostgresFixture fixture) : MasterKeyRotationTests(fixture), IClassFixture<PostgresFixture>;

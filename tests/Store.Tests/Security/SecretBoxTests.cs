using System.Security.Cryptography;
using BatchPlatform.Store.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Tests.Security;

public abstract class SecretBoxTests(StoreFixture fixture) : IAsyncLifetime
{
    private const string Secret = "whsec_of somebody";

    /// <summary>Each test begins with an empty ring.</summary>
    public async Task InitializeAsync()
    {
        await using var unit = await fixture.Store.BeginAsync();
        await unit.Db.KeyRing.ExecuteDeleteAsync();
        await unit.CommitAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_one_process_protects_another_can_read_and_the_store_cannot()
    {
        await using var api = Process(addsKeys: true);
        await using var notifier = Process(addsKeys: false);

        var text = Box(api).Protect(Secret);

        Assert.DoesNotContain("somebody", text, StringComparison.Ordinal);
        Assert.Equal(Secret, Box(notifier).Unprotect(text));
        await using var db = fixture.Store.Read();
        Assert.All(await db.KeyRing.ToListAsync(), element =>
        {
            Assert.Contains("<wrapped", element.Xml, StringComparison.Ordinal);
            Assert.DoesNotContain("masterKey", element.Xml, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Processes_that_need_the_first_key_at_the_same_time_end_up_with_one()
    {
        var processes = Enumerable.Range(0, 8).Select(_ => Process(addsKeys: true)).ToList();
        var texts = await Task.WhenAll(processes.Select(process => Task.Run(() => Box(process).Protect(Secret))));

        Assert.All(processes, process => Assert.All(texts, text => Assert.Equal(Secret, Box(process).Unprotect(text))));
        await using var db = fixture.Store.Read();
        Assert.Equal(1, await db.KeyRing.CountAsync());
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Another_master_key_reads_nothing()
    {
        await using var api = Process(addsKeys: true);
        var text = Box(api).Protect(Secret);
        await using var stranger = Process(addsKeys: false, masterKey: new string('B', 43) + "=");

        Assert.ThrowsAny<CryptographicException>(() => Box(stranger).Unprotect(text));
    }

    [Fact]
    public async Task Without_a_configured_key_api_keeps_one_in_the_store_for_everybody()
    {
        await using var notifier = Process(addsKeys: false, masterKey: "");
        Assert.ThrowsAny<CryptographicException>(() => Box(notifier).Unprotect("anything"));
        await using var api = Process(addsKeys: true, masterKey: "");
        await using var another = Process(addsKeys: true, masterKey: "");

        await Task.WhenAll(EnsureAsync(api), EnsureAsync(another));
        var text = Box(api).Protect(Secret);

        Assert.Equal(Secret, Box(notifier).Unprotect(text));
        Assert.Equal(Secret, Box(another).Unprotect(text));
    }

    [Fact]
    public async Task What_the_kept_key_protected_stays_readable_once_a_key_is_configured()
    {
        await using var before = Process(addsKeys: true, masterKey: "");
        await EnsureAsync(before);
        var text = Box(before).Protect(Secret);

        await using var after = Process(addsKeys: true);
        Assert.Equal(Secret, Box(after).Unprotect(text));
    }

    [Theory]
    [InlineData("a password")]
    [InlineData("c2hvcnQ=")]
    public async Task With_something_else_for_a_master_key_there_is_no_start_and_the_message_does_not_show_it(string masterKey)
    {
        await using var process = Process(addsKeys: true, masterKey);

        var error = Assert.Throws<OptionsValidationException>(() => process.GetRequiredService<IOptions<SecurityOptions>>().Value);
        Assert.StartsWith("Security__MasterKey must be", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(masterKey, error.Message, StringComparison.Ordinal);
    }

    private ServiceProvider Process(bool addsKeys, string? masterKey = null) => fixture.Process(services => services
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Security:MasterKey", masterKey ?? new string('A', 43) + "=")]).Build())
        .AddSecrets(addsKeys));

    private static Task EnsureAsync(ServiceProvider process) => process.GetRequiredService<MasterKey>().EnsureAsync(CancellationToken.None);

    private static SecretBox Box(ServiceProvider process) => process.GetRequiredService<SecretBox>();
}

public sealed class SqliteSecretBoxTests(SqliteFixture fixture) : SecretBoxTests(fixture), IClassFixture<SqliteFixture>;

public sealed class PostgresSecretBoxTests(PostgresFixture fixture) : SecretBoxTests(fixture), IClassFixture<PostgresFixture>;

using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>
/// Makes sure that somebody can get in: stores the key of <c>Admin:Key</c>, or, when that is not set and there is no
/// key at all, makes one and prints it once.
/// </summary>
public sealed class FirstKey(BatchStore store, IConfiguration configuration, TimeProvider time)
{
    private const string Tenant = "default";
    private const string Scopes = "admin write read";
    private const int MinLength = 16;

    /// <exception cref="InvalidOperationException"><c>Admin:Key</c> is too short.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (configuration["Admin:Key"] is { Length: > 0 } key)
        {
            await SetAsync(key, cancellationToken);
        }
        else
        {
            await MakeIfNoneAsync(cancellationToken);
        }
    }

    private async Task SetAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length < MinLength)
        {
            throw new InvalidOperationException($"Admin__Key is too short: it must have at least {MinLength} characters.");
        }

        await using var unit = await store.BeginAsync(cancellationToken);
        var row = await unit.Db.Keys.FirstOrDefaultAsync(row => row.Id == KeyDirectory.AdminId, cancellationToken);
        if (row is null)
        {
            await InsertAsync(unit.Db, KeyDirectory.AdminId, "Admin:Key", key, cancellationToken);
        }
        else if (!KeySecret.Verify(key, row.Salt, row.Hash))
        {
            (row.Salt, row.Hash) = KeySecret.Protect(key);
        }

        await unit.CommitAsync(cancellationToken);
    }

    // Several processes may start at once on an empty database: the fixed id lets one of them win, and only that one prints.
    private async Task MakeIfNoneAsync(CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        if (await unit.Db.Keys.AnyAsync(cancellationToken))
        {
            return;
        }

        var key = KeySecret.Make(KeyDirectory.FirstId);
        var made = await InsertAsync(unit.Db, KeyDirectory.FirstId, "made at the first start", key, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        if (made)
        {
            // Not the log: that is kept and shipped.
            await Console.Out.WriteLineAsync($"API key (shown this once): {key}");
        }
    }

    private async Task<bool> InsertAsync(StoreDb db, string id, string name, string key, CancellationToken cancellationToken)
    {
        var (salt, hash) = KeySecret.Protect(key);
        var now = time.GetUtcNow().UtcDateTime;
        return await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO keys (id, tenant, name, salt, hash, scopes, created_at)
            VALUES ({id}, {Tenant}, {name}, {salt}, {hash}, {Scopes}, {now}) ON CONFLICT DO NOTHING
            """,
            cancellationToken) == 1;
    }
}

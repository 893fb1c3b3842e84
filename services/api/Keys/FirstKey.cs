using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>
/// Makes sure that somebody can get in: stores the key of <c>Admin:Key</c>, or, when that is not set and there is no
/// key at all, makes one and prints it once.
/// </summary>
public sealed class FirstKey(BatchStore store, NumberSource numbers, IConfiguration configuration)
{
    /// <summary>Where configuration says which key it is.</summary>
    internal const string Setting = "Admin:Key";

    private const string Tenant = "default";
    private static readonly string Scopes = KeyScopes.Join(KeyScopes.All);
    private const int MinLength = 16;

    /// <exception cref="InvalidOperationException"><c>Admin:Key</c> is too short or too long.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (configuration[Setting] is { Length: > 0 } key)
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
        if (key.Length is < MinLength or > KeyDirectory.MaxLength)
        {
            var fault = key.Length < MinLength ? "short" : "long";
            throw new InvalidOperationException($"Admin__Key is too {fault}: it must have {MinLength} to {KeyDirectory.MaxLength} characters.");
        }

        var number = await numbers.NextAsync(cancellationToken);
        await using var unit = await store.BeginAsync(cancellationToken);
        var row = await unit.Db.Keys.FirstOrDefaultAsync(row => row.Id == KeyDirectory.AdminId, cancellationToken);
        if (row is null)
        {
            await InsertAsync(unit, number, KeyDirectory.AdminId, Setting, key, cancellationToken);
        }
        else if (row.RevokedAt is not null || !KeySecret.Verify(key, row.Salt, row.Hash))
        {
            (row.Salt, row.Hash) = KeySecret.Protect(key);
            row.RevokedAt = null;
            unit.Record(actor: null, AuditActions.KeyChange, $"keys/{row.Id}", "set by configuration");
        }

        await unit.CommitAsync(cancellationToken);
    }

    // Several processes may start at once on an empty database: the fixed id lets one of them win, and only that one prints.
    private async Task MakeIfNoneAsync(CancellationToken cancellationToken)
    {
        var number = await numbers.NextAsync(cancellationToken);
        await using var unit = await store.BeginAsync(cancellationToken);
        if (await unit.Db.Keys.AnyAsync(cancellationToken))
        {
            return;
        }

        var key = KeySecret.Make(KeyDirectory.FirstId);
        var made = await InsertAsync(unit, number, KeyDirectory.FirstId, "made at the first start", key, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        if (made)
        {
            // Not the log: that is kept and shipped.
            await Console.Out.WriteLineAsync($"API key (shown this once): {key}");
        }
    }

    private static async Task<bool> InsertAsync(WorkUnit unit, long number, string id, string name, string key, CancellationToken cancellationToken)
    {
        var (salt, hash) = KeySecret.Protect(key);
        var row = new ApiKey { Id = id, Number = number, Tenant = Tenant, Name = name, Salt = salt, Hash = hash, Scopes = Scopes, CreatedAt = unit.Now };
        var inserted = await unit.Db.InsertIfAbsentAsync(row, cancellationToken);
        if (inserted)
        {
            unit.Record(actor: null, AuditActions.KeyCreate, $"keys/{id}", $"{Tenant}: {Scopes}");
        }

        return inserted;
    }
}

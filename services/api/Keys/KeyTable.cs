using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Security;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>Writes and reads the table <c>keys</c> for those who administer it.</summary>
public sealed class KeyTable(BatchStore store, SecretBox box)
{
    /// <summary>The key of that id, revoked ones too.</summary>
    /// <exception cref="ProblemException">404 KEY_NOT_FOUND.</exception>
    public async Task<ApiKey> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Keys.FirstOrDefaultAsync(row => row.Id == id, cancellationToken) ?? throw NotFound();
    }

    /// <summary>Keys, newest first.</summary>
    /// <param name="tenant">Only those of this tenant; null for all.</param>
    /// <param name="before">Only smaller numbers: where the page before ended.</param>
    /// <param name="limit">Keys, at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<List<ApiKey>> ListAsync(string? tenant, long before, int limit, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Keys
            .Where(row => row.Number < before && (tenant == null || row.Tenant == tenant))
            .OrderByDescending(row => row.Number)
            .Take(limit)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Stores a key and gives its text. One that is there under the id was never shown to anybody: it gets another text.</summary>
    public async Task<string> MakeAsync(ApiKey row, Actor actor)
    {
        var text = KeySecret.Make(row.Id);
        (row.Salt, row.Hash) = KeySecret.Protect(text);
        await using var unit = await store.BeginAsync();
        row.CreatedAt = unit.Now;
        if (await unit.Db.Keys.Where(key => key.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(key => key.Salt, row.Salt).SetProperty(key => key.Hash, row.Hash)) == 0)
        {
            unit.Db.Keys.Add(row);
            unit.Record(actor, AuditActions.KeyCreate, $"keys/{row.Id}", $"{row.Tenant}: {row.Scopes}");
        }

        await unit.CommitAsync();
        return text;
    }

    /// <summary>Lets the key let nobody in any more; one that is revoked stays as it is.</summary>
    public Task RevokeAsync(string id, Actor actor) =>
        ChangeAsync(id, actor, AuditActions.KeyRevoke, (keys, now) =>
            keys.Where(key => key.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(key => key.RevokedAt, now)));

    /// <summary>From now on requests of dialects that sign must be signed with this by whoever presents the key.</summary>
    public Task SignAsync(string id, string secret, Actor actor)
    {
        var encrypted = box.Protect(secret);
        return ChangeAsync(id, actor, AuditActions.KeySign, (keys, _) => keys.ExecuteUpdateAsync(set => set.SetProperty(key => key.SigningSecret, encrypted)));
    }

    /// <summary>Requests need not be signed any more.</summary>
    public Task UnsignAsync(string id, Actor actor) =>
        ChangeAsync(id, actor, AuditActions.KeyUnsign, (keys, _) =>
            keys.Where(key => key.SigningSecret != null).ExecuteUpdateAsync(set => set.SetProperty(key => key.SigningSecret, (string?)null)));

    private async Task ChangeAsync(string id, Actor actor, string action, Func<IQueryable<ApiKey>, DateTime, Task<int>> change)
    {
        await using var unit = await store.BeginAsync();
        if (await change(unit.Db.Keys.Where(key => key.Id == id), unit.Now) == 1)
        {
            unit.Record(actor, action, $"keys/{id}");
            await unit.CommitAsync();
        }
    }

    private static ProblemException NotFound() => new(Problems.KeyNotFound());
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>Whom a key stands for.</summary>
/// <param name="Id">The key's id; no secret.</param>
/// <param name="Tenant">Its owner.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">From then on it stands for nobody, UTC.</param>
/// <param name="SigningSecret">What its requests in dialects that sign must be signed with, encrypted; null when they need not be.</param>
public sealed record KeyIdentity(string Id, string Tenant, IReadOnlyList<string> Scopes, DateTime? ExpiresAt = null, string? SigningSecret = null);

/// <summary>
/// Tells whom a presented key stands for. Good answers are remembered for a second, counted from before the store was asked, so
/// that a request costs no query and a revoked key is soon out. Bad ones are not: whatever is wrong with a key, it costs one
/// query by primary key and two hashes, so that nobody can tell an unknown id from a wrong secret.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="uses">Told of each key that let somebody in.</param>
/// <param name="time">The clock.</param>
public sealed class KeyDirectory(BatchStore store, KeyUses uses, TimeProvider time)
{
    /// <summary>The id of the key that configuration sets; the only one whose text does not carry its id.</summary>
    public const string AdminId = "admin";

    /// <summary>The id of the key that is made when there is none.</summary>
    public const string FirstId = "first";

    /// <summary>Characters of a credential, at most: what is longer is no key, and is not hashed whole to find that out.</summary>
    public const int MaxLength = 1024;

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);
    private const int MaxRemembered = 10_000;

    // By the credential's hash, so that no memory dump lists keys.
    private readonly ConcurrentDictionary<string, (KeyIdentity Identity, long ReadAt)> _known = new();

    // Stands where there is no row, so that comparing takes as long.
    private readonly ApiKey _nobody = Nobody();

    /// <summary>How a credential is compared with a salted hash; tests count it.</summary>
    internal Func<string, byte[], byte[], bool> Verify { get; set; } = KeySecret.Verify;

    /// <summary>The key's identity; null when it is unknown, wrong, revoked or expired.</summary>
    public async Task<KeyIdentity?> FindAsync(string credential, CancellationToken cancellationToken)
    {
        var presented = credential.Length <= MaxLength ? credential : "";
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(presented)));
        var readAt = time.GetTimestamp();
        if (!_known.TryGetValue(name, out var known) || time.GetElapsedTime(known.ReadAt) >= Remembered)
        {
            if (await ReadAsync(presented, cancellationToken) is not { } read)
            {
                _known.TryRemove(name, out _);
                return null;
            }

            known = (read, readAt);
            Remember(name, known);
        }

        if (known.Identity.ExpiresAt <= time.GetUtcNow().UtcDateTime)
        {
            return null;
        }

        uses.Note(known.Identity.Id);
        return known.Identity;
    }

    private void Remember(string name, (KeyIdentity Identity, long ReadAt) known)
    {
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        _known[name] = known;
    }

    private async Task<KeyIdentity?> ReadAsync(string credential, CancellationToken cancellationToken)
    {
        var id = KeySecret.IdOf(credential) ?? "";
        await using var db = store.Read();
        // The configured key may look like a made one, so its row is always a candidate.
        var rows = await db.Keys.Where(key => key.Id == id || key.Id == AdminId).ToListAsync(cancellationToken);
        var own = rows.Find(key => key.Id == id) ?? _nobody;
        var configured = rows.Find(key => key.Id == AdminId) ?? _nobody;
        var isOwn = Verify(credential, own.Salt, own.Hash);
        var isConfigured = Verify(credential, configured.Salt, configured.Hash);
        var row = isOwn ? own : isConfigured ? configured : null;
        return row is null or { RevokedAt: not null } ? null : Identity(row);
    }

    private static KeyIdentity Identity(ApiKey row) => new(row.Id, row.Tenant, KeyScopes.Of(row), row.ExpiresAt, row.SigningSecret);

    private static ApiKey Nobody()
    {
        var (salt, hash) = KeySecret.Protect(KeySecret.Make("nobody"));
        return new ApiKey { Salt = salt, Hash = hash };
    }
}

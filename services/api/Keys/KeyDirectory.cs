using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>Whom a key stands for.</summary>
public sealed record KeyIdentity(string Id, string Tenant, IReadOnlyList<string> Scopes);

/// <summary>Tells whom a presented key stands for. Remembers an answer for two seconds, so that a request costs no query and a revoked key is soon out.</summary>
public sealed class KeyDirectory(BatchStore store, TimeProvider time)
{
    /// <summary>The id of the key that configuration sets; the only one whose text does not carry its id.</summary>
    public const string AdminId = "admin";

    /// <summary>The id of the key that is made when there is none.</summary>
    public const string FirstId = "first";

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    private const int MaxRemembered = 10_000;

    // By the credential's hash, so that no memory dump lists keys.
    private readonly ConcurrentDictionary<string, (KeyIdentity Identity, DateTimeOffset Until)> _known = new();

    // What an unknown id is compared with, so that it takes as long as a wrong secret.
    private readonly (byte[] Salt, byte[] Hash) _nobody = KeySecret.Protect(KeySecret.Make("nobody"));

    /// <summary>The key's identity; null when it is unknown, wrong or expired.</summary>
    public async Task<KeyIdentity?> FindAsync(string credential, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(credential)));
        var now = time.GetUtcNow();
        if (_known.TryGetValue(name, out var known) && known.Until > now)
        {
            return known.Identity;
        }

        var identity = await VerifyAsync(credential, now.UtcDateTime, cancellationToken);
        if (identity is null)
        {
            _known.TryRemove(name, out _);
            return null;
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        _known[name] = (identity, now + Remembered);
        return identity;
    }

    private async Task<KeyIdentity?> VerifyAsync(string credential, DateTime now, CancellationToken cancellationToken)
    {
        var id = KeySecret.IdOf(credential) ?? AdminId;
        await using var db = store.Read();
        // The configured key may look like a made one, so its row is always a candidate.
        var candidates = await db.Keys.Where(key => key.Id == id || key.Id == AdminId).ToListAsync(cancellationToken);
        var row = candidates.Find(key => KeySecret.Verify(credential, key.Salt, key.Hash));
        if (candidates.Count == 0)
        {
            KeySecret.Verify(credential, _nobody.Salt, _nobody.Hash);
        }

        return row is null || row.ExpiresAt <= now ? null : Identity(row);
    }

    private static KeyIdentity Identity(ApiKey row) => new(row.Id, row.Tenant, row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Security;

/// <summary>
/// The master key: the configured one or, where none is, one that api makes and keeps in the store. That one guards what
/// is stored from nobody who can read the store, which the log says at each start.
/// </summary>
public sealed partial class MasterKey(BatchStore store, IOptions<SecurityOptions> options, TimeProvider time, ILogger<MasterKey> logger)
{
    private string? _kept;

    /// <summary>Makes the key that is kept in the store, unless one is configured or kept already. For api alone, before its first request.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (options.Value.MasterKey.Length > 0)
        {
            return;
        }

        var (key, now) = (Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecurityOptions.KeyBytes)), time.GetUtcNow().UtcDateTime);
        await using var unit = await store.BeginAsync(cancellationToken);
        await unit.Db.InsertIfAbsentAsync(new KeyRingElement { Number = KeyRing.MasterPlace, Xml = key, CreatedAt = now }, cancellationToken);
        await unit.CommitAsync(cancellationToken);
        Log.Kept(logger);
    }

    /// <summary>A key of 32 bytes for one purpose, which tells nothing of the master key or of those for other purposes.</summary>
    /// <exception cref="CryptographicException">None is configured, and api has made none yet.</exception>
    internal byte[] For(string purpose) =>
        Derive(Configured ?? Kept ?? throw new CryptographicException("There is no master key: none is configured, and api has made none yet."), purpose);

    /// <summary>The key for a purpose, then those of the former master keys: to check what they signed.</summary>
    internal IEnumerable<byte[]> GivenFor(string purpose) =>
        options.Value.FormerMasterKeys.Select(former => Derive(former, purpose)).Prepend(For(purpose));

    /// <summary>These, then the one that was kept in the store before a key was configured, if there was one: to read what it protected.</summary>
    internal IEnumerable<byte[]> AllFor(string purpose)
    {
        foreach (var key in GivenFor(purpose))
        {
            yield return key;
        }

        if (Configured is not null && Kept is { } kept)
        {
            yield return Derive(kept, purpose);
        }
    }

    /// <summary>Whether it is configured; otherwise it is kept in the store.</summary>
    internal bool IsConfigured => Configured is not null;

    private string? Configured => options.Value.MasterKey is { Length: > 0 } key ? key : null;

    private string? Kept => _kept ??= ReadKept();

    private string? ReadKept()
    {
        using var db = store.Read();
        return db.KeyRing.Where(element => element.Number == KeyRing.MasterPlace).Select(element => element.Xml).SingleOrDefault();
    }

    private static byte[] Derive(string key, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(key), SecurityOptions.KeyBytes, info: Encoding.UTF8.GetBytes(purpose));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Security__MasterKey is not set: the key that encrypts stored secrets is kept beside them. Set it before there are secrets worth guarding")]
        public static partial void Kept(ILogger logger);
    }
}

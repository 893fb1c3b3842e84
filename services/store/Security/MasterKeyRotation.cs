using System.Security.Cryptography;
using System.Xml.Linq;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store.Security;

/// <summary>
/// Wraps the key ring anew with the master key that is configured now, so that the former one is needed no more. What the
/// ring protects stays as it is: only the ring's own few elements were wrapped.
/// </summary>
public sealed partial class MasterKeyRotation(BatchStore store, MasterKey master, ILogger<MasterKeyRotation> logger)
{
    private readonly MasterKeyWrap _wrap = new(master);

    /// <summary>
    /// Wraps anew what is not wrapped with the key of now, and then forgets the key that was kept in the store, if one is
    /// configured. For api alone, at its start. An element that no configured key opens stays, and the log says so.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var elements = await ElementsAsync(cancellationToken);
        var (stale, lost) = (new List<(KeyRingElement Before, string After)>(), 0);
        foreach (var element in elements)
        {
            try
            {
                stale.AddRange(Rewrapped(element) is { } xml ? [(element, xml)] : []);
            }
            catch (CryptographicException)
            {
                lost++;
            }
        }

        var isKeptNeeded = lost > 0 || !master.IsConfigured;
        if (stale.Count > 0 || !isKeptNeeded)
        {
            await StoreAsync(stale, isKeptNeeded, cancellationToken);
        }

        Tell(stale.Count, lost, elements.Count);
    }

    private async Task<List<KeyRingElement>> ElementsAsync(CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.KeyRing.Where(element => element.Number > KeyRing.MasterPlace).OrderBy(element => element.Number).ToListAsync(cancellationToken);
    }

    // Null when the key of now opens all of it.
    private string? Rewrapped(KeyRingElement element)
    {
        var xml = XElement.Parse(element.Xml);
        var stale = xml.Descendants(MasterKeyWrap.Element).Where(wrapped => !_wrap.IsCurrent(wrapped)).ToList();
        foreach (var wrapped in stale)
        {
            wrapped.ReplaceWith(_wrap.Encrypt(_wrap.Decrypt(wrapped)).EncryptedElement);
        }

        return stale.Count > 0 ? xml.ToString(SaveOptions.DisableFormatting) : null;
    }

    // Another api may do the same at the same time: what it stored is as good.
    private async Task StoreAsync(List<(KeyRingElement Before, string After)> stale, bool isKeptNeeded, CancellationToken cancellationToken)
    {
        await using var unit = await store.BeginAsync(cancellationToken);
        foreach (var (before, after) in stale)
        {
            await unit.Db.KeyRing.Where(element => element.Number == before.Number && element.Xml == before.Xml)
                .ExecuteUpdateAsync(set => set.SetProperty(element => element.Xml, after), cancellationToken);
        }

        if (!isKeptNeeded)
        {
            await unit.Db.KeyRing.Where(element => element.Number == KeyRing.MasterPlace).ExecuteDeleteAsync(cancellationToken);
        }

        await unit.CommitAsync(cancellationToken);
    }

    private void Tell(int rewrapped, int lost, int all)
    {
        if (lost > 0)
        {
            Log.Lost(logger, lost, all);
        }
        else if (rewrapped > 0)
        {
            Log.Rewrapped(logger, rewrapped);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The key ring was wrapped anew with Security__MasterKey ({Elements} elements): the former key is needed for older links only")]
        public static partial void Rewrapped(ILogger logger, int elements);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Lost} of {All} elements of the key ring are wrapped with a master key that is not configured: what they protect cannot be read. Give that key in Security__FormerMasterKeys")]
        public static partial void Lost(ILogger logger, int lost, int all);
    }
}

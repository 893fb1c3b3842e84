using System.Xml.Linq;
using BatchPlatform.Store.Tables;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Security;

/// <summary>Keeps the key ring in its table. Data Protection calls it rarely: at start, once a day, and when a key is soon to expire.</summary>
internal sealed class KeyRing(BatchStore store, TimeProvider time) : IXmlRepository
{
    /// <summary>Where the table has the master key when none is configured; the ring itself counts from 1.</summary>
    internal const int MasterPlace = 0;

    private int _seen;

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = store.Read();
        var elements = db.KeyRing.Where(element => element.Number > MasterPlace).OrderBy(element => element.Number).ToList();
        _seen = elements.Count;
        return [.. elements.Select(element => XElement.Parse(element.Xml))];
    }

    /// <summary>
    /// Adds an element after those last seen. When another process did so first, nothing is added: Data Protection reads
    /// the ring again and uses what it finds there, so that all processes end up with the same key.
    /// </summary>
    public void StoreElement(XElement element, string friendlyName) => StoreAsync(element.ToString(SaveOptions.DisableFormatting)).GetAwaiter().GetResult();

    private async Task StoreAsync(string xml)
    {
        var (number, now) = (_seen + 1, time.GetUtcNow().UtcDateTime);
        await using var unit = await store.BeginAsync().ConfigureAwait(false);
        await unit.Db.InsertIfAbsentAsync(new KeyRingElement { Number = number, Xml = xml, CreatedAt = now }, CancellationToken.None).ConfigureAwait(false);
        await unit.CommitAsync().ConfigureAwait(false);
    }
}

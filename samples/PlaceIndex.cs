using System.Globalization;

namespace BatchPlatform.Samples;

/// <summary>A city.</summary>
/// <param name="Id">Its number in GeoNames.</param>
/// <param name="Name">Its name, mostly as English speakers write it.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Admin">The first-level division it lies in, empty where none is known.</param>
/// <param name="Lat">Latitude in degrees, north positive.</param>
/// <param name="Lon">Longitude in degrees, east positive.</param>
/// <param name="Population">How many people live there.</param>
public sealed record Place(long Id, string Name, string Country, string Admin, double Lat, double Lon, long Population);

/// <summary>Finds places by the beginning of their name, with or without accents, in any case.</summary>
internal sealed class PlaceIndex
{
    private readonly (string Key, Place Place)[] _entries;

    public PlaceIndex() => _entries =
    [
        .. Resources.Rows("places.tsv")
            .SelectMany(Entries)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ThenByDescending(entry => entry.Place.Population),
    ];

    /// <summary>Places of exactly this name first, then those whose name begins with it; the larger before the smaller.</summary>
    public Place[] Find(string name, string? country, int limit)
    {
        var key = Key(name);
        return
        [
            .. Range(key)
                .Where(entry => country is null || country.Equals(entry.Place.Country, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(entry => entry.Key == key)
                .ThenByDescending(entry => entry.Place.Population)
                .Select(entry => entry.Place)
                .Distinct()
                .Take(limit),
        ];
    }

    private ArraySegment<(string Key, Place Place)> Range(string key)
    {
        var first = FirstAtOrAfter(key);
        var end = first;
        while (end < _entries.Length && _entries[end].Key.StartsWith(key, StringComparison.Ordinal))
        {
            end++;
        }

        return new ArraySegment<(string, Place)>(_entries, first, end - first);
    }

    private int FirstAtOrAfter(string key)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_entries[middle].Key, key) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static IEnumerable<(string Key, Place Place)> Entries(string[] row)
    {
        var place = new Place(
            long.Parse(row[0], CultureInfo.InvariantCulture), row[1], row[3], row[4],
            double.Parse(row[5], CultureInfo.InvariantCulture), double.Parse(row[6], CultureInfo.InvariantCulture),
            long.Parse(row[7], CultureInfo.InvariantCulture));
        yield return (Key(place.Name), place);
        if (row[2].Length > 0)
        {
            yield return (Key(row[2]), place);
        }
    }

    private static string Key(string name) => name.Trim().ToUpperInvariant();
}

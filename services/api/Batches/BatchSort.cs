using System.Globalization;
using BatchPlatform.Api.Reading;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Batches;

/// <summary>What batches are sorted by. Those that have nothing of it are not listed.</summary>
public enum BatchKey
{
    /// <summary>When it was created.</summary>
    Created,

    /// <summary>Its name, as the database compares texts.</summary>
    Name,

    /// <summary>When it was last stopped or finished.</summary>
    Ended,
}

/// <summary>Where a batch stands in a list: what it is sorted by, and its number among equals.</summary>
/// <param name="At">The time, UTC, unless names are sorted.</param>
/// <param name="Name">The name, if names are sorted.</param>
/// <param name="Number">The batch's number.</param>
public readonly record struct BatchPosition(DateTime At, string Name, long Number);

/// <summary>An order of batches. Each has an index, so that a page is read from where the page before it ended.</summary>
public readonly record struct BatchSort(BatchKey Key, bool Descending)
{
    /// <summary>The order of lists unless another is asked for.</summary>
    public static BatchSort NewestFirst { get; } = new(BatchKey.Created, Descending: true);

    /// <summary>The order in which bulk actions go on.</summary>
    public static BatchSort OldestFirst { get; } = new(BatchKey.Created, Descending: false);

    /// <summary>Reads <c>created</c>, <c>name</c> or <c>ended</c>, with a minus for falling.</summary>
    /// <exception cref="ProblemException">400 INVALID_PARAMETER.</exception>
    internal static BatchSort Parse(string? text) => text switch
    {
        null => NewestFirst,
        "created" or "-created" => new(BatchKey.Created, text[0] == '-'),
        "name" or "-name" => new(BatchKey.Name, text[0] == '-'),
        "ended" or "-ended" => new(BatchKey.Ended, text[0] == '-'),
        _ => throw Parameter.Invalid("sort", "must be created, name or ended, with a minus before it for falling order."),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{(Descending ? "-" : "")}{Key}";

    /// <summary>The cursor of a position.</summary>
    internal string Write(BatchPosition position) =>
        Cursor.WriteText(string.Create(CultureInfo.InvariantCulture, $"{this}|{position.At.Ticks}|{position.Number}|{position.Name}"));

    /// <summary>The position of a cursor; null when absent.</summary>
    /// <exception cref="ProblemException">400: it is none of this order.</exception>
    internal BatchPosition? Read(string? cursor)
    {
        if (Cursor.ReadText(cursor) is not { } text)
        {
            return null;
        }

        return text.Split('|', 4) is [var sort, var at, var number, var name] && sort == ToString()
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? new BatchPosition(new DateTime(ticks, DateTimeKind.Utc), name, last)
            : throw Parameter.Invalid("cursor", "must be a next_cursor of the same list.");
    }

    internal IQueryable<Batch> Ordered(IQueryable<Batch> batches) => (Key, Descending) switch
    {
        (BatchKey.Created, false) => batches.OrderBy(batch => batch.CreatedAt).ThenBy(batch => batch.Number),
        (BatchKey.Created, true) => batches.OrderByDescending(batch => batch.CreatedAt).ThenByDescending(batch => batch.Number),
        (BatchKey.Name, false) => batches.OrderBy(batch => batch.Name).ThenBy(batch => batch.Number),
        (BatchKey.Name, true) => batches.OrderByDescending(batch => batch.Name).ThenByDescending(batch => batch.Number),
        (_, false) => batches.OrderBy(batch => batch.EndedAt).ThenBy(batch => batch.Number),
        (_, true) => batches.OrderByDescending(batch => batch.EndedAt).ThenByDescending(batch => batch.Number),
    };

    // The first condition is for the index, which cannot use one that begins with an alternative.
    internal IQueryable<Batch> After(IQueryable<Batch> batches, BatchPosition? from)
    {
        if (from is not { } start)
        {
            return batches;
        }

        var (at, name, number) = start;
        return (Key, Descending) switch
        {
            (BatchKey.Created, false) => batches.Where(batch => batch.CreatedAt >= at && (batch.CreatedAt > at || batch.Number > number)),
            (BatchKey.Created, true) => batches.Where(batch => batch.CreatedAt <= at && (batch.CreatedAt < at || batch.Number < number)),
            (BatchKey.Name, false) => batches.Where(batch => string.Compare(batch.Name, name) >= 0 && (batch.Name != name || batch.Number > number)),
            (BatchKey.Name, true) => batches.Where(batch => string.Compare(batch.Name, name) <= 0 && (batch.Name != name || batch.Number < number)),
            (_, false) => batches.Where(batch => batch.EndedAt >= at && (batch.EndedAt > at || batch.Number > number)),
            (_, true) => batches.Where(batch => batch.EndedAt <= at && (batch.EndedAt < at || batch.Number < number)),
        };
    }

    internal IQueryable<Batch> UpTo(IQueryable<Batch> batches, BatchPosition? to)
    {
        if (to is not { } end)
        {
            return batches;
        }

        var (at, name, number) = end;
        return (Key, Descending) switch
        {
            (BatchKey.Created, false) => batches.Where(batch => batch.CreatedAt <= at && (batch.CreatedAt < at || batch.Number <= number)),
            (BatchKey.Created, true) => batches.Where(batch => batch.CreatedAt >= at && (batch.CreatedAt > at || batch.Number >= number)),
            (BatchKey.Name, false) => batches.Where(batch => string.Compare(batch.Name, name) <= 0 && (batch.Name != name || batch.Number <= number)),
            (BatchKey.Name, true) => batches.Where(batch => string.Compare(batch.Name, name) >= 0 && (batch.Name != name || batch.Number >= number)),
            (_, false) => batches.Where(batch => batch.EndedAt <= at && (batch.EndedAt < at || batch.Number <= number)),
            (_, true) => batches.Where(batch => batch.EndedAt >= at && (batch.EndedAt > at || batch.Number >= number)),
        };
    }
}

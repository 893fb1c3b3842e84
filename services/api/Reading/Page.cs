using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace BatchPlatform.Api.Reading;

/// <summary>A part of a list.</summary>
/// <param name="Items">May be fewer than the limit, or none, while there is a next cursor.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next part; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Makes parts of lists.</summary>
internal static class Page
{
    /// <summary>The part that rows make of which one more was asked for than the part may hold: that one tells whether there is a next part.</summary>
    /// <param name="found">The rows, in the list's order.</param>
    /// <param name="limit">How many the part holds, at most.</param>
    /// <param name="view">A row as clients see it.</param>
    /// <param name="cursor">The cursor behind a row.</param>
    public static Page<TView> Of<TRow, TView>(IReadOnlyList<TRow> found, int limit, Func<TRow, TView> view, Func<TRow, string> cursor) =>
        new([.. found.Take(limit).Select(view)], found.Count > limit ? cursor(found[limit - 1]) : null);
}

/// <summary>Where the next part of a list begins, in a form that invites nobody to count with it.</summary>
internal static class Cursor
{
    /// <summary>The cursor of a position.</summary>
    public static string Write(long position)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The cursor of a name in a list by names.</summary>
    public static string WriteText(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    /// <summary>The name of a cursor; null when absent.</summary>
    public static string? ReadText(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var name = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : "";
        return name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal) ? name : throw Parameter.Invalid("cursor", "must be a next_cursor of the same list.");
    }

    /// <summary>The position of a cursor; null when absent.</summary>
    public static long? Read(string? text)
    {
        if (text is null)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        var position = Base64Url.IsValid(text, out var length) && length == sizeof(long) && Base64Url.TryDecodeFromChars(text, bytes, out _)
            ? BinaryPrimitives.ReadInt64BigEndian(bytes)
            : -1;
        return position >= 0 ? position : throw Parameter.Invalid("cursor", "must be a next_cursor of the same list.");
    }
}

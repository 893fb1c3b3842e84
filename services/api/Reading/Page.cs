using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace BatchPlatform.Api.Reading;

/// <summary>A part of a list.</summary>
/// <param name="Items">May be fewer than the limit, or none, while there is a next cursor.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next part; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

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

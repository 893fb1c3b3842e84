using System.Buffers;

namespace BatchPlatform.Api.Uploads;

/// <summary>How much of an upload is stored at once.</summary>
internal static class UploadChunk
{
    /// <summary>Records in one chunk, at most: one short transaction.</summary>
    public const int MaxRecords = 5000;

    /// <summary>Bytes read into one chunk; holds at least one record of any allowed size.</summary>
    public const int Bytes = 1024 * 1024;
}

/// <summary>Some records of an upload together with the bytes that they point into.</summary>
/// <param name="expected">Records that it will probably hold.</param>
internal sealed class UploadChunk<T>(int expected) : IDisposable
{
    /// <summary>The piece of the body.</summary>
    public byte[] Buffer { get; } = ArrayPool<byte>.Shared.Rent(UploadChunk.Bytes);

    /// <summary>The records found in it.</summary>
    public List<T> Records { get; } = new(expected);

    public bool IsFull => Records.Count == UploadChunk.MaxRecords;

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(Buffer);
}

using System.Buffers;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>Some jobs of an upload together with the bytes that their params point into.</summary>
/// <param name="expected">Jobs that it will probably hold.</param>
public sealed class JobChunk(int expected) : IDisposable
{
    /// <summary>Jobs in one chunk, at most: one short transaction.</summary>
    public const int MaxJobs = 5000;

    /// <summary>Bytes read into one chunk; holds at least one record of any allowed size.</summary>
    public const int Bytes = 1024 * 1024;

    /// <summary>The piece of the body.</summary>
    public byte[] Buffer { get; } = ArrayPool<byte>.Shared.Rent(Bytes);

    /// <summary>The jobs found in it.</summary>
    public List<StagedJob> Jobs { get; } = new(expected);

    public bool IsFull => Jobs.Count == MaxJobs;

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(Buffer);
}

namespace BatchPlatform.Api.Uploads;

/// <summary>
/// One way to write many jobs, or rows of a dataset, in one body. Finds where each record ends while the body arrives in pieces, so that any
/// body is read in the same little memory, then reads the record.
/// </summary>
internal abstract class RecordFormat<T>
{
    /// <summary>Looks for the end of the record that is being read, in bytes not looked at before.</summary>
    /// <param name="fresh">The bytes that arrived.</param>
    /// <returns>How many of them belong to the record, its separator included; -1 when it goes on.</returns>
    /// <exception cref="ProblemException">The body as a whole cannot be of this format.</exception>
    public abstract int FindEnd(ReadOnlySpan<byte> fresh);

    /// <summary>Reads one whole record, its separator included.</summary>
    public abstract void Read(ReadOnlyMemory<byte> record, IRecordReader<T> reader, List<T> into);

    /// <summary>Notes a record that is too long to be kept.</summary>
    public abstract void Oversized(IRecordReader<T> reader);

    /// <summary>The body has ended; <paramref name="rest"/> is what no separator followed.</summary>
    /// <exception cref="ProblemException">It must not end here.</exception>
    public abstract void Finish(ReadOnlyMemory<byte> rest, IRecordReader<T> reader, List<T> into);
}

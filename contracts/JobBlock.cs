namespace BatchPlatform.Contracts;

/// <summary>One job as a worker sees it.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Attempt">Which attempt this is, from 1.</param>
/// <param name="Action">The upstream's action.</param>
/// <param name="Params">Raw JSON object, UTF-8.</param>
/// <param name="DeadlineSeconds">Its own deadline, counted as the run's; 0 when only the run has one.</param>
public readonly record struct PackedJob(int Index, int Attempt, string Action, ReadOnlyMemory<byte> Params, int DeadlineSeconds = 0);

/// <summary>
/// Packs the jobs of a slice into one byte array, so that params travel as the bytes they arrived as and are not
/// escaped and parsed again at every hop.
/// </summary>
public static class JobBlock
{
    /// <summary>Packs <paramref name="jobs"/> in their order.</summary>
    public static byte[] Pack(IReadOnlyList<PackedJob> jobs)
    {
        var writer = new BlockWriter(64 + jobs.Sum(job => job.Params.Length + 32));
        writer.WriteInt(jobs.Count);
        foreach (var job in jobs)
        {
            writer.WriteInt(job.Index);
            writer.WriteInt(job.Attempt);
            writer.WriteText(job.Action);
            writer.WriteBytes(job.Params.Span);
            writer.WriteInt(job.DeadlineSeconds);
        }

        return writer.ToArray();
    }

    /// <summary>Unpacks a block; the params are views into it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no block.</exception>
    public static IReadOnlyList<PackedJob> Unpack(ReadOnlyMemory<byte> block)
    {
        var reader = new BlockReader(block);
        var jobs = new PackedJob[reader.ReadCount()];
        string? action = null;
        for (var i = 0; i < jobs.Length; i++)
        {
            var index = reader.ReadInt();
            var attempt = reader.ReadInt();
            action = reader.ReadText(action);
            jobs[i] = new PackedJob(index, attempt, action, reader.ReadBytes(), reader.ReadInt());
        }

        return jobs;
    }
}

namespace BatchPlatform.Contracts;

/// <summary>How one job ended.</summary>
/// <param name="Index">The job's place in the batch.</param>
/// <param name="Completed">Completed, or Failed.</param>
/// <param name="StatusCode">The upstream's status; 0 when there was no answer.</param>
/// <param name="ErrorCode">For a failure: one of <see cref="ErrorCodes"/>.</param>
/// <param name="ErrorMessage">For a failure: what a person should know.</param>
/// <param name="Attempts">Calls made, the last included.</param>
/// <param name="DurationMs">How long the last call took.</param>
/// <param name="CompletedAt">When it ended, UTC.</param>
/// <param name="Response">The upstream's answer as JSON text, UTF-8; empty when there was none.</param>
public readonly record struct PackedOutcome(
    int Index,
    bool Completed,
    int StatusCode,
    string? ErrorCode,
    string? ErrorMessage,
    int Attempts,
    int DurationMs,
    DateTime CompletedAt,
    ReadOnlyMemory<byte> Response);

/// <summary>Packs outcomes into one byte array, see <see cref="JobBlock"/>.</summary>
public static class OutcomeBlock
{
    /// <summary>Packs <paramref name="outcomes"/> in their order.</summary>
    public static byte[] Pack(IReadOnlyList<PackedOutcome> outcomes)
    {
        var writer = new BlockWriter(64 + outcomes.Sum(outcome => outcome.Response.Length + 48));
        writer.WriteInt(outcomes.Count);
        foreach (var outcome in outcomes)
        {
            writer.WriteInt(outcome.Index);
            writer.WriteInt(outcome.Completed ? 1 : 0);
            writer.WriteInt(outcome.StatusCode);
            writer.WriteText(outcome.ErrorCode ?? "");
            writer.WriteText(outcome.ErrorMessage ?? "");
            writer.WriteInt(outcome.Attempts);
            writer.WriteInt(outcome.DurationMs);
            writer.WriteTime(outcome.CompletedAt);
            writer.WriteBytes(outcome.Response.Span);
        }

        return writer.ToArray();
    }

    /// <summary>Unpacks a block; the responses are views into it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no block.</exception>
    public static IReadOnlyList<PackedOutcome> Unpack(ReadOnlyMemory<byte> block)
    {
        var reader = new BlockReader(block);
        var outcomes = new PackedOutcome[reader.ReadCount()];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = new PackedOutcome(
                reader.ReadInt(),
                reader.ReadInt() == 1,
                reader.ReadInt(),
                NullIfEmpty(reader.ReadText(null)),
                NullIfEmpty(reader.ReadText(null)),
                reader.ReadInt(),
                reader.ReadInt(),
                reader.ReadTime(),
                reader.ReadBytes());
        }

        return outcomes;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

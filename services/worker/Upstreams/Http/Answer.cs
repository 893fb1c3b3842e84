namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>What an answer's body turned out to be.</summary>
internal enum AnswerKind
{
    /// <summary>There is none.</summary>
    Nothing,

    /// <summary>JSON, and said so.</summary>
    Json,

    /// <summary>Said to be JSON; it is kept as text.</summary>
    BrokenJson,

    /// <summary>Text of another kind, or JSON too deep to be read.</summary>
    Text,

    /// <summary>Not text.</summary>
    Binary,
}

/// <summary>An answer's body as JSON text, UTF-8.</summary>
internal readonly record struct Answer(AnswerKind Kind, ReadOnlyMemory<byte> Json);

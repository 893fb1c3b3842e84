using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>What becomes of a job after a call.</summary>
internal enum CallFate
{
    /// <summary>The answer met the action's success rule.</summary>
    Completed,

    /// <summary>It did not, or there was none.</summary>
    Failed,

    /// <summary>The upstream refused to be called now: the job goes back without having spent an attempt.</summary>
    UpstreamClosed,

    /// <summary>We ended the call: the job goes back.</summary>
    Aborted,
}

/// <summary>How one call ended. A value, since a fast slice has hundreds.</summary>
internal readonly record struct CallEnd
{
    public static readonly CallEnd Aborted = new() { Fate = CallFate.Aborted };

    public CallFate Fate { get; private init; }

    /// <summary>The upstream's status; 0 when there was no answer.</summary>
    public int StatusCode { get; private init; }

    /// <summary>For a failure: one of <see cref="ErrorCodes"/>.</summary>
    public string? ErrorCode { get; private init; }

    /// <summary>For a failure: what a person should know; never a param's value.</summary>
    public string? ErrorMessage { get; private init; }

    /// <summary>The answer as JSON text, UTF-8; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Response { get; private init; }

    /// <summary>For a failure: another attempt may help and does no harm.</summary>
    public bool Repeatable { get; private init; }

    /// <summary>False when the job failed before there was anything to send.</summary>
    public bool WasMade { get; private init; }

    /// <summary>For a closed upstream: when it may be called again, UTC.</summary>
    public UpstreamClosing? Closing { get; private init; }

    public static CallEnd Completed(int status, ReadOnlyMemory<byte> response) =>
        new() { Fate = CallFate.Completed, StatusCode = status, Response = response, WasMade = true };

    public static CallEnd Failed(string code, string message, int status = 0, ReadOnlyMemory<byte> response = default, bool repeatable = false) => new()
    {
        Fate = CallFate.Failed,
        StatusCode = status,
        ErrorCode = code,
        ErrorMessage = message,
        Response = response,
        Repeatable = repeatable,
        WasMade = true,
    };

    public static CallEnd NotMade(string code, string message, bool repeatable = false) =>
        new() { Fate = CallFate.Failed, ErrorCode = code, ErrorMessage = message, Repeatable = repeatable };

    public static CallEnd Closed(UpstreamClosing closing) => new() { Fate = CallFate.UpstreamClosed, Closing = closing, WasMade = true };
}

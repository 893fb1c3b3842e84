using System.Net;

namespace BatchPlatform.Client;

/// <summary>The platform refused a request, or did not manage it in as many attempts as were allowed.</summary>
public sealed class BatchPlatformException : Exception
{
    internal BatchPlatformException(HttpStatusCode status, Problem? problem, TimeSpan? retryAfter)
        : base(Told(status, problem))
    {
        Status = status;
        Code = problem?.Code ?? "";
        Errors = problem?.Errors ?? [];
        BatchId = problem?.BatchId;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The stable error code, such as <c>BATCH_NOT_FOUND</c>; empty when the answer was not the platform's.</summary>
    public string Code { get; }

    /// <summary>The single faults, such as lines of an upload.</summary>
    public IReadOnlyList<ProblemError> Errors { get; }

    /// <summary>The batch that the request was about, where only the platform could know it: the outcome of its creation is unknown.</summary>
    public Guid? BatchId { get; }

    /// <summary>When it is worth asking again.</summary>
    public TimeSpan? RetryAfter { get; }

    private BatchPlatformException(BatchPlatformException refusal, IReadOnlyList<ProblemError> errors)
        : base(refusal.Message, refusal)
    {
        (Status, Code, Errors, BatchId, RetryAfter) = (refusal.Status, refusal.Code, errors, refusal.BatchId, refusal.RetryAfter);
    }

    // The refusal of a part, told of the whole: so many lines stand before the part.
    internal BatchPlatformException Moved(int lines) => new(this, [.. Errors.Select(error => error with { Line = error.Line + lines })]);

    private static string Told(HttpStatusCode status, Problem? problem) =>
        problem is null ? $"HTTP {(int)status}" : $"{problem.Code}: {problem.Detail ?? problem.Title}";
}

/// <summary>One fault of a request.</summary>
/// <param name="Line">Its line in an upload, from 1.</param>
/// <param name="Field">The member, query parameter or header.</param>
/// <param name="Code">A stable error code.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record ProblemError(int? Line, string? Field, string Code, string Message);

/// <summary>A refusal on the wire (RFC 9457).</summary>
internal sealed record Problem(string? Code, string? Title, string? Detail, IReadOnlyList<ProblemError>? Errors, Guid? BatchId);

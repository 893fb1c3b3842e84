using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchPlatform.Api;

/// <summary>A refusal as the client sees it: RFC 9457 problem details with a stable code.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Detail">What a person should know; never a secret, never an exception's text.</param>
/// <param name="Errors">The single faults, where there may be several.</param>
public sealed record Problem(
    int Status,
    string Code,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ProblemError>? Errors = null) : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    /// <summary>The code says more than an address that leads nowhere.</summary>
    [JsonPropertyOrder(-2)]
    public string Type => "about:blank";

    /// <summary>The status in words.</summary>
    [JsonPropertyOrder(-1)]
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>The batch that the request was about, where the client could not know it otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? BatchId { get; init; }

    /// <summary>When it is worth asking again; null when nobody can say.</summary>
    [JsonIgnore]
    public int? RetryAfterSeconds { get; init; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        AddHeaders(httpContext.Response);
        return httpContext.Response.WriteAsJsonAsync(this, ApiJson.Options, ContentType, httpContext.RequestAborted);
    }

    /// <summary>What is said beside the body, in whatever form that is.</summary>
    internal void AddHeaders(HttpResponse response)
    {
        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>One fault of a request.</summary>
/// <param name="Line">Its line in an upload, or its position in a JSON array, from 1.</param>
/// <param name="Field">The member, query parameter or header.</param>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record ProblemError(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field,
    string Code,
    string Message);

/// <summary>Ends a request with a problem from wherever the fault is found.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}

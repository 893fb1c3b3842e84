using System.Diagnostics;
using System.Text.Json.Serialization;
using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace BatchPlatform.Defaults.Edge;

/// <summary>A refusal before a request has reached the api, in the shape that the api's problems have.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Detail">What a person should know.</param>
public sealed record EdgeProblem(int Status, string Code, string Detail) : IResult
{
    private const string ContentType = "application/problem+json";

    public static EdgeProblem NotFound { get; } = new(StatusCodes.Status404NotFound, ErrorCodes.NotFound, "There is nothing at this address.");

    public static EdgeProblem MethodNotAllowed { get; } =
        new(StatusCodes.Status405MethodNotAllowed, ErrorCodes.MethodNotAllowed, "This method is not taken anywhere here.");

    public static EdgeProblem BodyTooLarge { get; } =
        new(StatusCodes.Status413PayloadTooLarge, ErrorCodes.BodyTooLarge, "The request's body is longer than this address takes.");

    public static EdgeProblem BodyTooSlow { get; } = new(StatusCodes.Status408RequestTimeout, ErrorCodes.BodyTooSlow, "The body arrived too slowly.");

    public static EdgeProblem BodyUnreadable { get; } =
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidParameter, "The body does not arrive as the headers announce it.");

    public static EdgeProblem RateLimited { get; } =
        new(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Too many requests. Go on after the seconds that Retry-After says.");

    public static EdgeProblem Unavailable { get; } =
        new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The api does not answer. Try again.");

    public static EdgeProblem OutcomeUnknown { get; } = new(
        StatusCodes.Status504GatewayTimeout, ErrorCodes.OutcomeUnknown, "No reply came; the request may have taken effect. With its Idempotency-Key it can be repeated.");

    [JsonPropertyOrder(-2)]
    public string Type => "about:blank";

    [JsonPropertyOrder(-1)]
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>What the logs call the request.</summary>
    [JsonPropertyName("trace_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        var told = this with { TraceId = Activity.Current?.TraceId.ToHexString() };
        return httpContext.Response.WriteAsJsonAsync(told, System.Text.Json.JsonSerializerOptions.Web, ContentType, httpContext.RequestAborted);
    }
}

using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace BatchPlatform.Api.Idempotency;

/// <summary>An answer that can be kept and given again word for word.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON.</param>
/// <param name="Location">Where what was created is.</param>
public sealed record Answer(int Status, string Body, string? Location = null) : IResult, IStatusCodeHttpResult
{
    /// <summary>It shows a secret: what is kept of it is kept encrypted.</summary>
    public bool IsSecret { get; init; }

    // Of a refusal that is given as it is; those that are kept have no headers.
    private Problem? Refusal { get; init; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>Success with a value.</summary>
    public static Answer Of<T>(int status, T value, string? location = null) => new(status, JsonSerializer.Serialize(value, ApiJson.Options), location);

    /// <summary>A refusal.</summary>
    public static Answer Of(Problem problem) => Of(problem.Status, problem) with { Refusal = problem };

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problem.ContentType;
        Refusal?.AddHeaders(response);
        if (Location is not null)
        {
            response.Headers[HeaderNames.Location] = Location;
        }

        return response.WriteAsync(Body, httpContext.RequestAborted);
    }
}

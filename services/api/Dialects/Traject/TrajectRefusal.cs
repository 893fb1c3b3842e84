using System.Text.Json.Nodes;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>A refusal as Traject's clients expect it: <c>{request_info: {success: false, message}}</c>.</summary>
internal sealed class TrajectRefusal(Problem problem) : IResult
{
    /// <summary>There is no such batch.</summary>
    public static ProblemException UnknownBatch(TrajectWords words, string id) =>
        new(Problems.BatchNotFound() with { Detail = $"{words.BatchTitle} with ID '{id}' was not found" });

    /// <summary>There is no such search.</summary>
    public static ProblemException UnknownSearch(TrajectWords words, string id) =>
        new(Problems.NotFound($"No {words.SearchTitle} with ID '{id}' was found in this {words.BatchTitle}, please check the ID and try again"));

    /// <summary>There is no such result set.</summary>
    public static ProblemException UnknownResultSet(string id) => new(Problems.NotFound($"Result Set with ID '{id}' was not found"));

    /// <summary>A parameter that cannot be taken.</summary>
    public static ProblemException Invalid(string name, string message) => new(Problems.InvalidParameter(name, message) with { Detail = $"'{name}' {message}" });

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => Results.Json(Body(success: false, Message), ApiJson.Options, statusCode: Status).ExecuteAsync(httpContext);

    /// <summary>The beginning of every answer.</summary>
    public static JsonObject Body(bool success, string? message = null)
    {
        var info = new JsonObject { ["success"] = success };
        if (message is not null)
        {
            info["message"] = message;
        }

        return new JsonObject { ["request_info"] = info };
    }

    // The vendor knows no finer statuses for what a client did wrong, and takes a wrong verb for a wrong path.
    private int Status => problem.Status switch
    {
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => StatusCodes.Status401Unauthorized,
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => StatusCodes.Status404NotFound,
        StatusCodes.Status429TooManyRequests => problem.Status,
        < StatusCodes.Status500InternalServerError => StatusCodes.Status400BadRequest,
        StatusCodes.Status504GatewayTimeout => StatusCodes.Status503ServiceUnavailable,
        _ => problem.Status,
    };

    private string Message => problem switch
    {
        { Code: ErrorCodes.Unauthenticated } => "The API key is missing or invalid: pass yours as api_key",
        { Code: ErrorCodes.BatchRunning or ErrorCodes.BatchAlreadyCommitted } => "This cannot be done while the Batch is queued or running, please stop it or try again when it is idle",
        { Code: ErrorCodes.BatchNotRunning } => "The Batch is not queued or running",
        { Errors: [{ Line: { } line, Field: var member, Message: var message }, ..] } => $"Search {line}: {member} {message}",
        _ => problem.Detail,
    };
}

using System.Text.Json.Nodes;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>A refusal as BrightLocal's clients expect it: <c>{success: false, errors: {CODE: text}}</c>.</summary>
internal sealed class BrightLocalRefusal(Problem problem) : IResult
{
    private const string InvalidBatchId = "INVALID_BATCH_ID";
    private const string InvalidMethod = "INVALID_METHOD";

    /// <summary>There is no such batch.</summary>
    public static ProblemException UnknownBatch() => new(Problems.BatchNotFound());

    /// <summary>Parameters that cannot be taken, each with its own code.</summary>
    public static ProblemException Invalid(IReadOnlyList<ProblemError> errors) =>
        new(new Problem(StatusCodes.Status400BadRequest, errors[0].Code, errors[0].Message, errors));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = new JsonObject { ["success"] = false, ["errors"] = Errors(httpContext) };
        if (httpContext.GetEndpoint()?.Metadata.GetMetadata<JobKind>()?.Reason is { } reason)
        {
            body["reason"] = reason;
        }

        return Results.Json(body, ApiJson.Options, statusCode: Status).ExecuteAsync(httpContext);
    }

    // The vendor knows no finer statuses for what a client did wrong.
    private int Status => problem.Status is StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : problem.Status;

    private JsonObject Errors(HttpContext context)
    {
        var (code, text) = Error(context);
        var errors = new JsonObject { [code] = text };
        foreach (var error in problem.Errors ?? [])
        {
            errors.TryAdd(error.Code, JsonValue.Create(error.Field is null ? error.Message : $"{error.Field} {error.Message}"));
        }

        return errors;
    }

    private (string Code, string Text) Error(HttpContext context) => problem.Code switch
    {
        ErrorCodes.BatchNotFound => (InvalidBatchId, "Batch ID not found"),
        ErrorCodes.BatchAlreadyCommitted => (problem.Code, "This batch has been committed already"),
        ErrorCodes.InvalidJobsCount => (problem.Code, "Batch can't be committed with no jobs"),
        ErrorCodes.Unauthenticated => ("INVALID_API_KEY", "Invalid API key specified"),
        ErrorCodes.MethodNotAllowed => (InvalidMethod, InvalidMethodText(context.Response.Headers.Allow.ToString())),
        _ => (problem.Code, problem.Detail),
    };

    private static string InvalidMethodText(string allowed) =>
        $"Invalid method specified. Only {allowed} method{(allowed.Contains(',') ? "s are" : " is")} available";
}

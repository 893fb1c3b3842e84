using System.Globalization;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>A refusal as iVvy's clients expect it: <c>{errorCode, message, specificCode, additionalMessages?}</c>.</summary>
internal sealed class IvvyRefusal(Problem problem) : IResult
{
    // The vendor's documents name none for these.
    private const int Unspecific = 0;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (code, message) = Specific();
        var body = new JsonObject { ["errorCode"] = Status, ["message"] = message, ["specificCode"] = code };
        if (problem.Errors is { Count: > 0 } errors)
        {
            body["additionalMessages"] = new JsonArray([.. errors.Select(error => JsonValue.Create(Text(error)))]);
        }

        return Results.Json(body, ApiJson.Options, statusCode: Status).ExecuteAsync(httpContext);
    }

    // What is wrong with a request is 400, whatever the native API calls it; so is what could not be stored.
    private int Status => problem.Status switch
    {
        401 or 403 or 404 or 405 or 429 or 500 or 504 => problem.Status,
        _ => StatusCodes.Status400BadRequest,
    };

    private (int Code, string Message) Specific() => problem.Code switch
    {
        ErrorCodes.InvalidJob or ErrorCodes.InvalidJobsCount => (IvvyFaults.IncorrectJob, "Incorrect Job Format"),
        ErrorCodes.Unavailable => (IvvyFaults.NotSaved, "The information was not saved"),
        ErrorCodes.Unauthenticated => (Unspecific, "Unauthorized"),
        ErrorCodes.Forbidden => (Unspecific, "Forbidden"),
        ErrorCodes.NotFound => (Unspecific, "Not Found"),
        ErrorCodes.MethodNotAllowed => (Unspecific, "Method Not Allowed"),
        var code when int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var specific) => (specific, problem.Detail),
        _ => (problem.Status < 500 ? IvvyFaults.DoesNotValidate : Unspecific, problem.Detail),
    };

    private static string Text(ProblemError error) =>
        error.Line is null ? $"{error.Field} {error.Message}".TrimStart() : $"Job {error.Line}: {error.Field} {error.Message}";
}

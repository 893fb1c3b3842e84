using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>A refusal as Prolific's clients expect it: <c>{error: {status, error_code, title, detail}}</c>.</summary>
internal sealed class ProlificRefusal(Problem problem) : IResult
{
    // The vendor's codes have six digits and are documented nowhere: the status tells the refusals apart.
    private const int FirstCode = 140_000;

    /// <summary>What the client sent cannot be taken, or not now.</summary>
    public static ProblemException Bad(string detail) => new(new Problem(StatusCodes.Status400BadRequest, ErrorCodes.InvalidField, detail));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        // The vendor knows no finer statuses for what a client did wrong.
        var said = problem.Status is StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity
            ? problem with { Status = StatusCodes.Status400BadRequest }
            : problem;
        var error = new ErrorBody(said.Status, FirstCode + said.Status, said.Title, Detail, said.Errors);
        return Results.Json(new { error }, ApiJson.Options, statusCode: said.Status).ExecuteAsync(httpContext);
    }

    private string Detail => problem.Code == ErrorCodes.Unauthenticated ? "Send a valid API key as 'Authorization: Token <key>'." : problem.Detail;

    private sealed record ErrorBody(int Status, int ErrorCode, string Title, string Detail, IReadOnlyList<ProblemError>? AdditionalInformation);
}

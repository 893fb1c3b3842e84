using BatchPlatform.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Gateway;

/// <summary>The gateway's own answers, in the shape that the api's problems have.</summary>
internal static class GatewayProblem
{
    public static ProblemHttpResult NotFound => Make(StatusCodes.Status404NotFound, ErrorCodes.NotFound, "There is nothing at this address.");

    public static ProblemHttpResult Unavailable =>
        Make(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The api does not answer. Try again.");

    public static ProblemHttpResult BodyTooLarge =>
        Make(StatusCodes.Status413PayloadTooLarge, ErrorCodes.BodyTooLarge, "The request's body is longer than this address takes.");

    private static ProblemHttpResult Make(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
}

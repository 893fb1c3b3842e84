using BatchPlatform.Defaults.Edge;
using Yarp.ReverseProxy.Forwarder;

namespace BatchPlatform.Gateway;

/// <summary>Explains to a client why its request got no answer from the api. What the api itself answered is left as it is.</summary>
internal static class ForwardingProblems
{
    private const string SoonAgain = "1";

    public static async Task ExplainAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var problem = ProblemOf(failure, context);
        context.Response.Clear();
        if (problem == EdgeProblem.Unavailable)
        {
            context.Response.Headers.RetryAfter = SoonAgain;
        }

        await problem.ExecuteAsync(context);
    }

    private static EdgeProblem ProblemOf(IForwarderErrorFeature failure, HttpContext context) => (failure.Error, context.Response.StatusCode) switch
    {
        (ForwarderError.RequestBodyClient, StatusCodes.Status413PayloadTooLarge) => EdgeProblem.BodyTooLarge,
        (ForwarderError.RequestBodyClient, StatusCodes.Status408RequestTimeout) => EdgeProblem.BodyTooSlow,
        (ForwarderError.RequestBodyClient, _) => EdgeProblem.BodyUnreadable,
        _ => WasNotSent(failure) || IsSafe(context.Request.Method) ? EdgeProblem.Unavailable : EdgeProblem.OutcomeUnknown,
    };

    /// <summary>No api has seen anything of the request.</summary>
    internal static bool WasNotSent(IForwarderErrorFeature failure) => failure.Error == ForwarderError.NoAvailableDestinations
        || failure.Exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        };

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}

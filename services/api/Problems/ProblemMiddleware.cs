using BatchPlatform.Defaults;

namespace BatchPlatform.Api;

/// <summary>Makes sure that whatever goes wrong below leaves as a problem, and that no exception's text does.</summary>
/// <param name="next">What is below.</param>
/// <param name="logger">Told of what is our fault.</param>
/// <param name="shape">How a problem is said, where it is not said natively.</param>
public sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger, Func<Problem, IResult>? shape = null)
{
    private readonly Func<Problem, IResult> _shape = shape ?? (problem => problem);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.StatusCode >= 400 && HasNoBody(context.Response))
            {
                await _shape(Problems.OfStatus(context.Response.StatusCode)).ExecuteAsync(context);
            }
        }
        catch (Exception) when (context.Features.Get<OpenRequest>() is { HasEnded: true } ended)
        {
            await RefuseLateAsync(context, ended);
        }
        catch (Exception error) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to tell.
            Log.ClientGone(logger, context.Request.Method, error.GetType().Name);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            var problem = Explain(context, error);
            problem.AddHeaders(context.Response);
            await _shape(problem).ExecuteAsync(context);
        }
    }

    // What has been sent of an answer must not look whole.
    private async Task RefuseLateAsync(HttpContext context, OpenRequest ended)
    {
        Log.KeyEnded(logger, context.Request.Method, context.GetEndpoint()?.DisplayName);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        ended.LetAnswer();
        context.Response.Clear();
        await _shape(Problems.Unauthenticated()).ExecuteAsync(context);
    }

    private static bool HasNoBody(HttpResponse response) =>
        !response.HasStarted && response.ContentLength is null or 0 && response.ContentType is null;

    private Problem Explain(HttpContext context, Exception error)
    {
        switch (error)
        {
            case ProblemException refusal:
                return refusal.Problem;
            case BadHttpRequestException bad:
                return Problems.OfStatus(bad.StatusCode);
            case var passing when passing.PassesInStore(context.RequestServices.GetService<PassingError>()):
                Log.StoreAway(logger, context.Request.Method, context.GetEndpoint()?.DisplayName, error.Message);
                return Problems.StoreAway();
            default:
                Log.Failed(logger, context.Request.Method, context.GetEndpoint()?.DisplayName, error);
                return Problems.InternalError();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The client of a {Method} went away ({Error})")]
        public static partial void ClientGone(ILogger logger, string method, string error);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} at {Endpoint} was ended: it outlived its key")]
        public static partial void KeyEnded(ILogger logger, string method, string? endpoint);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} was not answered at {Endpoint}: {Reason}")]
        public static partial void StoreAway(ILogger logger, string method, string? endpoint, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed at {Endpoint}")]
        public static partial void Failed(ILogger logger, string method, string? endpoint, Exception error);
    }
}

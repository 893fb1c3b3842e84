using Microsoft.Net.Http.Headers;

namespace BatchPlatform.Samples;

/// <summary>Makes calls slow, refuses them and lets them fail, as the options ask.</summary>
internal sealed class Faults(SampleOptions options, TimeProvider clock)
{
    private readonly RateWindow _rate = new(options.RateLimitPerSecond, clock);
    private long _admitted;
    private int _running;

    public async Task InjectAsync(HttpContext context, RequestDelegate next)
    {
        var response = context.Response;
        if (!_rate.TryTake())
        {
            await RefuseAsync(response, StatusCodes.Status429TooManyRequests, "Too many calls in this second", ApiError.TooManyCalls);
            return;
        }

        var running = Interlocked.Increment(ref _running);
        try
        {
            if (options.MaxConcurrent > 0 && running > options.MaxConcurrent)
            {
                await RefuseAsync(response, StatusCodes.Status503ServiceUnavailable, "Too many calls at once", ApiError.TooBusy);
                return;
            }

            await ServeAsync(context, next, call: Interlocked.Increment(ref _admitted));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next, long call)
    {
        var latency = options.LatencyMilliseconds + (options.JitterMilliseconds * Draw(call, stream: 1));
        if (latency > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(latency), clock, context.RequestAborted);
        }

        if (Draw(call, stream: 2) < options.FailureRate)
        {
            await AnswerAsync(context.Response, StatusCodes.Status500InternalServerError, "Failed as configured", ApiError.MadeToFail);
            return;
        }

        await next(context);
    }

    private static Task RefuseAsync(HttpResponse response, int status, string message, int code)
    {
        response.Headers[HeaderNames.RetryAfter] = "1";
        return AnswerAsync(response, status, message, code);
    }

    private static Task AnswerAsync(HttpResponse response, int status, string message, int code)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(new ApiError(status, message, code), SampleJson.Default.ApiError);
    }

    // SplitMix64 of seed and call: a draw in [0, 1) that needs no shared state.
    private double Draw(long call, long stream)
    {
        unchecked
        {
            var z = (ulong)((options.Seed * 2) + stream) * 0xD1342543DE82EF95UL + ((ulong)call * 0x9E3779B97F4A7C15UL);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}

internal static class FaultsMiddleware
{
    public static IApplicationBuilder UseFaults(this IApplicationBuilder app)
    {
        var faults = app.ApplicationServices.GetRequiredService<Faults>();
        return app.Use(next => context => faults.InjectAsync(context, next));
    }
}

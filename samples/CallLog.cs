using System.Text.Json.Serialization;

namespace BatchPlatform.Samples;

/// <summary>What <c>GET /_stats</c> answers.</summary>
/// <param name="Calls">Calls that began.</param>
/// <param name="InFlight">Calls that began and have not ended.</param>
/// <param name="MaxInFlight">The most there ever were at once.</param>
/// <param name="ByStatus">Calls that ended, by status; 499 is one whose caller went away.</param>
public sealed record CallStats(
    long Calls,
    [property: JsonPropertyName("in_flight")] int InFlight,
    [property: JsonPropertyName("max_in_flight")] int MaxInFlight,
    [property: JsonPropertyName("by_status")] SortedDictionary<int, long> ByStatus);

/// <summary>Counts every call and, where a file is configured, writes one line for it.</summary>
internal sealed class CallLog(TimeProvider clock, CallLogFile? file = null)
{
    private readonly long[] _byStatus = new long[600];
    private long _calls;
    private int _inFlight;
    private int _maxInFlight;

    public CallStats Stats => new(
        Interlocked.Read(ref _calls),
        Volatile.Read(ref _inFlight),
        Volatile.Read(ref _maxInFlight),
        new SortedDictionary<int, long>(_byStatus.Index().Where(ended => ended.Item > 0).ToDictionary(ended => ended.Index, ended => ended.Item)));

    public async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        var start = clock.GetUtcNow();
        Interlocked.Increment(ref _calls);
        RaiseMax(Interlocked.Increment(ref _inFlight));
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            status = StatusCodes.Status499ClientClosedRequest;
        }
        catch (BadHttpRequestException refused)
        {
            status = refused.StatusCode;
            throw;
        }
        finally
        {
            Interlocked.Increment(ref _byStatus[status]);
            Interlocked.Decrement(ref _inFlight);
            file?.Add(CallLine.Of(context.Request, start, clock.GetUtcNow(), status));
        }
    }

    private void RaiseMax(int inFlight)
    {
        var seen = Volatile.Read(ref _maxInFlight);
        while (inFlight > seen)
        {
            seen = Interlocked.CompareExchange(ref _maxInFlight, inFlight, seen);
        }
    }
}

internal static class CallLogApi
{
    public static IServiceCollection AddCallLog(this IServiceCollection services, SampleOptions options)
    {
        services.AddSingleton<CallLog>();
        return options.LogFile is not { Length: > 0 } path
            ? services
            : services
                .AddSingleton(new CallLogFile(path))
                .AddHostedService(provider => provider.GetRequiredService<CallLogFile>());
    }

    public static IApplicationBuilder UseCallLog(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<CallLog>();
        return app.Use(next => context => log.RecordAsync(context, next));
    }

    public static void MapCallLog(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/_stats", (CallLog log) => TypedResults.Ok(log.Stats));
}

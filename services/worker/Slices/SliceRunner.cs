using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Slices;

/// <summary>Takes a slice through: take, learn the upstream, ask where that is due, run the jobs, give it up by the last report.</summary>
internal sealed partial class SliceRunner(
    HeldSlices slices,
    Heartbeats heartbeats,
    UpstreamCache upstreams,
    IBus bus,
    WorkerIdentity identity,
    WorkerMetrics metrics,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<SliceRunner> logger)
{
    /// <param name="grant">The slice.</param>
    /// <param name="mustAsk">It may have been given to somebody before: an orchestrator says whether it is ours before the first call.</param>
    /// <exception cref="InvalidDataException">The jobs are no block.</exception>
    public async Task RunAsync(RunSlice grant, bool mustAsk)
    {
        var jobs = JobBlock.Unpack(grant.Jobs);
        var slice = await slices.TakeAsync(grant);
        if (slice is null)
        {
            Log.Copy(logger, grant.SliceId);
            return;
        }

        try
        {
            await using var reporter = new Reporter(slice, jobs.Count, bus, identity.Id, options.Value, time, logger);
            if (slice.MayBegin && await FindUpstreamAsync(grant) is { } upstream && await MayRunAsync(slice, upstream, jobs, mustAsk))
            {
                await new SliceRun(slice, jobs, upstream, reporter, metrics, time, logger).RunAsync();
            }

            // What is handed back may be granted to us again before the report's confirmation reaches us: that is no copy then.
            slice.Halt();
            await reporter.FinishAsync();
        }
        finally
        {
            slices.Release(slice);
            metrics.SliceEnded(grant.Namespace, slice.Age);
        }
    }

    private async Task<LoadedUpstream?> FindUpstreamAsync(RunSlice grant)
    {
        try
        {
            return await upstreams.GetAsync(grant.Namespace, grant.UpstreamVersion);
        }
        catch (Exception error)
        {
            // Nobody answered, or the broker is away: the jobs are none the worse for it, so they go back.
            Log.UpstreamUnanswered(logger, grant.Namespace, grant.UpstreamVersion, grant.SliceId, error);
            return null;
        }
    }

    private async Task<bool> MayRunAsync(HeldSlice slice, LoadedUpstream upstream, IReadOnlyList<PackedJob> jobs, bool mustAsk)
    {
        if (mustAsk || jobs.Any(upstream.IsAtMostOnce))
        {
            await heartbeats.SendAsync([slice], slice.Halted);
            return slice.Announced && !slice.Lost;
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Slice {Slice} is already at work here; its copy is dropped")]
        public static partial void Copy(ILogger logger, Guid slice);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Upstream {Namespace} version {Version} was not answered for; slice {Slice} is handed back")]
        public static partial void UpstreamUnanswered(ILogger logger, string @namespace, int version, Guid slice, Exception error);
    }
}

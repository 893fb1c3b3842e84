using System.Diagnostics;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Telemetry;
using MassTransit;

namespace BatchPlatform.Orchestrator.Dispatch;

/// <summary>Sends slices to the workers' queue. A slice that does not get there is sent again once its row has waited too long.</summary>
public sealed partial class SliceSender(IBus bus, TimeProvider time, ILogger<SliceSender> logger)
{
    private static readonly Uri Address = new($"exchange:{Queues.Slices}");

    /// <summary>Sends all of them side by side and waits for the broker's confirmations.</summary>
    /// <param name="slices">The slices, each with its run's trace.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SendAsync(IReadOnlyCollection<(RunSlice Slice, string? Trace)> slices, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = await bus.GetSendEndpoint(Address);
            await Task.WhenAll(slices.Select(async sent =>
            {
                using var span = Traces.Continue("slice dispatch", ActivityKind.Producer, sent.Trace);
                span?.SetTag("batchplatform.slice.id", sent.Slice.SliceId).SetTag(Meters.Upstream, sent.Slice.Namespace);

                // By the message's id it is known whose it is, even where the message cannot be read.
                await endpoint.Send(sent.Slice, context => context.MessageId = sent.Slice.SliceId, cancellationToken).OrTimeoutAsync(time, cancellationToken);
            }));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.NotSent(logger, slices.Count, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The broker did not take all of {Count} slices; they are sent again later")]
        public static partial void NotSent(ILogger logger, int count, Exception error);
    }
}

using BatchPlatform.Contracts;
using BatchPlatform.Store;
using MassTransit.Mediator;

namespace BatchPlatform.Orchestrator.Lifecycle;

/// <summary>
/// Tells the saga what happened to a run, within this process: between the last outcome and the end of a batch there is no way
/// through the broker and no row in the outbox. What a crash, or a database that is away, swallows, is said again by
/// <see cref="Clocks.ReconcileClock"/>.
/// </summary>
public sealed partial class RunEvents(IMediator saga, ILogger<RunEvents> logger)
{
    /// <summary>Tells it once the transaction that made it true has committed.</summary>
    public void TellAfterCommit(WorkUnit unit, IRunEvent happened) => unit.AfterCommit(() => TellAsync(happened));

    private async Task TellAsync(IRunEvent happened)
    {
        try
        {
            await saga.Publish(happened, happened.GetType());
        }
        catch (Exception error)
        {
            Log.NotHeard(logger, happened, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The lifecycle could not be told of {Event}; it is told again later")]
        public static partial void NotHeard(ILogger logger, IRunEvent @event, Exception error);
    }
}

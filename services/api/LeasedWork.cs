using BatchPlatform.Defaults;

namespace BatchPlatform.Api;

/// <summary>
/// Works on rows that are claimed by lease, so many at once: at once on those asked for here, and at each tick on those that others left.
/// They take turns.
/// </summary>
/// <typeparam name="TWork">The row.</typeparam>
public abstract partial class LeasedWork<TWork>(int slots, TimeSpan period, TimeProvider time, ILogger logger) : Clock(time, logger)
    where TWork : class
{
    private readonly ILogger _logger = logger;
    private readonly SemaphoreSlim _slots = new(slots);
    private readonly CancellationTokenSource _stopping = new();

    protected override TimeSpan Period => period;

    /// <summary>Cancelled when the process stops: what is in hand is given back.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>There may be work: begins it if a slot is free.</summary>
    public void Wake()
    {
        if (!_stopping.IsCancellationRequested && _slots.Wait(0))
        {
            _ = Task.Run(WorkAsync);
        }
    }

    public override Task TickAsync(CancellationToken cancellationToken)
    {
        Wake();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _stopping.CancelAsync();
        for (var slot = 0; slot < slots; slot++)
        {
            await _slots.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _slots.Dispose();
        _stopping.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes the row that has waited longest of those that nobody works on; null when there is none.</summary>
    protected abstract Task<TWork?> ClaimNextAsync();

    /// <summary>Works on it until it is done or given back. What is thrown is logged, and ends the slot's turn.</summary>
    protected abstract Task RunAsync(TWork work);

    private async Task WorkAsync()
    {
        try
        {
            while (await ClaimNextAsync() is { } work)
            {
                // There may be more, for another slot.
                Wake();
                await RunAsync(work);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Its leases are given back, or run out.
        }
        catch (Exception error)
        {
            Log.Failed(_logger, typeof(TWork).Name, error);
        }
        finally
        {
            _slots.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} could not go on; it is tried again")]
        public static partial void Failed(ILogger logger, string work, Exception error);
    }
}

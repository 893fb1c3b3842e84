using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Actions;

/// <summary>Works on bulk actions in the background: at once on those asked for here, and at each tick on those that others left. They take turns.</summary>
public sealed partial class ActionRuns(ActionRows rows, Acting acting, TimeProvider time, IOptions<ApiOptions> options, ILogger<ActionRuns> logger)
    : Clock(time, logger)
{
    private readonly SemaphoreSlim _slots = new(options.Value.ActionSlots);
    private readonly CancellationTokenSource _stopping = new();

    protected override TimeSpan Period => TimeSpan.FromSeconds(options.Value.ClockSeconds);

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
        for (var slot = 0; slot < options.Value.ActionSlots; slot++)
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
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await rows.ClaimNextAsync(_stopping.Token) is { } work)
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
            Log.Failed(logger, error);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task RunAsync(BulkAction work)
    {
        var pause = Period;
        try
        {
            await acting.RunAsync(work, _stopping.Token);
            pause = TimeSpan.Zero;
        }
        catch (ActionLostException)
        {
            Log.Lost(logger, work.Id);
        }
        catch (ProblemException problem)
        {
            Log.Waits(logger, work.Id, problem.Problem.Code);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            pause = TimeSpan.Zero;
            throw;
        }
        finally
        {
            await rows.ReleaseAsync(work, pause);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Bulk action {Action} was taken over")]
        public static partial void Lost(ILogger logger, Guid action);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Bulk action {Action} waits: {Code}")]
        public static partial void Waits(ILogger logger, Guid action, string code);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A bulk action could not go on; it is tried again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

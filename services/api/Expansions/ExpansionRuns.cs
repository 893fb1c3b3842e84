using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Expansions;

/// <summary>Works on expansions in the background: at once on those asked for here, and at each tick on those that others left.</summary>
public sealed partial class ExpansionRuns(ExpansionRows rows, Expanding expanding, TimeProvider time, IOptions<ApiOptions> options, ILogger<ExpansionRuns> logger)
    : Clock(time, logger)
{
    private readonly SemaphoreSlim _slots = new(options.Value.ExpansionSlots);
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
        for (var slot = 0; slot < options.Value.ExpansionSlots; slot++)
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

    private async Task RunAsync(Expansion work)
    {
        try
        {
            await expanding.RunAsync(work, _stopping.Token);
            Log.Completed(logger, work.Id, work.BatchId);
        }
        catch (ExpansionLostException)
        {
            Log.Lost(logger, work.Id);
        }
        catch (ProblemException refusal) when (IsForGood(refusal.Problem))
        {
            await rows.FailAsync(work, refusal.Problem);
            Log.Refused(logger, work.Id, work.BatchId, refusal.Problem.Code);
        }
        catch (ProblemException)
        {
            await rows.ReleaseAsync(work, Period);
        }
        catch
        {
            await rows.ReleaseAsync(work, _stopping.IsCancellationRequested ? TimeSpan.Zero : Period);
            throw;
        }
    }

    private static bool IsForGood(Problem problem) =>
        problem.Status < StatusCodes.Status500InternalServerError && problem.Code is not (ErrorCodes.AppendInProgress or ErrorCodes.AppendOutdated);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Expansion {Expansion} of batch {BatchId} is complete")]
        public static partial void Completed(ILogger logger, Guid expansion, Guid batchId);

        [LoggerMessage(Level = LogLevel.Information, Message = "Expansion {Expansion} of batch {BatchId} was refused: {Code}")]
        public static partial void Refused(ILogger logger, Guid expansion, Guid batchId, string code);

        [LoggerMessage(Level = LogLevel.Information, Message = "Expansion {Expansion} was taken over, or its batch deleted")]
        public static partial void Lost(ILogger logger, Guid expansion);

        [LoggerMessage(Level = LogLevel.Warning, Message = "An expansion could not go on; it is tried again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Expansions;

/// <summary>Works on expansions in the background.</summary>
public sealed partial class ExpansionRuns(ExpansionRows rows, Expanding expanding, TimeProvider time, IOptions<ApiOptions> options, ILogger<ExpansionRuns> logger)
    : LeasedWork<Expansion>(options.Value.ExpansionSlots, TimeSpan.FromSeconds(options.Value.ClockSeconds), time, logger)
{
    protected override Task<Expansion?> ClaimNextAsync() => rows.ClaimNextAsync(Stopping);

    protected override async Task RunAsync(Expansion work)
    {
        try
        {
            await expanding.RunAsync(work, Stopping);
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
            await rows.ReleaseAsync(work, Stopping.IsCancellationRequested ? TimeSpan.Zero : Period);
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
    }
}

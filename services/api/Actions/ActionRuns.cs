using BatchPlatform.Store.Tables;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Actions;

/// <summary>Works on bulk actions in the background.</summary>
public sealed partial class ActionRuns(ActionRows rows, Acting acting, TimeProvider time, IOptions<ApiOptions> options, ILogger<ActionRuns> logger)
    : LeasedWork<BulkAction>(options.Value.ActionSlots, TimeSpan.FromSeconds(options.Value.ClockSeconds), time, logger)
{
    protected override Task<BulkAction?> ClaimNextAsync() => rows.ClaimNextAsync(Stopping);

    protected override async Task RunAsync(BulkAction work)
    {
        var pause = Period;
        try
        {
            await acting.RunAsync(work, Stopping);
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
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
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
    }
}

using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Upstreams;

namespace BatchPlatform.Worker.Handlers;

/// <summary>Lets the worker's handlers do an upstream's jobs.</summary>
internal sealed partial class HandlerExecutor(Upstream definition, JobHandlers handlers, TimeProvider time, ILogger logger) : IJobExecutor
{
    private const int Done = StatusCodes.Status200OK;
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds);

    public async ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort)
    {
        if (!handlers.Has(slice.Namespace, job.Action))
        {
            return CallEnd.NotMade(ErrorCodes.HandlerMissing, $"This worker has no handler for action '{job.Action}' of '{slice.Namespace}'.");
        }

        using var timeout = new CancellationTokenSource(_timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        try
        {
            return Completed(await handlers.HandleAsync(CallOf(slice, job), limit.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Cut(job, abort.IsCancellationRequested);
        }
        catch (JobFailedException error)
        {
            return CallEnd.Failed(error.Code, error.Message);
        }
        catch (RetryJobException error)
        {
            return CallEnd.Failed(ErrorCodes.HandlerFailed, error.Message, repeatable: true);
        }
        catch (Exception error)
        {
            Log.Failed(logger, definition.Namespace, job.Action, slice.SliceId, job.Index, error);
            return CallEnd.Failed(ErrorCodes.HandlerFailed, $"The handler failed ({error.GetType().Name}).");
        }
    }

    private static JobCall CallOf(RunSlice slice, PackedJob job) => new()
    {
        Namespace = slice.Namespace,
        Action = job.Action,
        IdempotencyKey = IdempotencyKey.Of(slice, job),
        Attempt = job.Attempt,
        RawParams = job.Params,
    };

    private CallEnd Completed(object? response)
    {
        var json = response is null ? [] : JsonSerializer.SerializeToUtf8Bytes(response, response.GetType(), JsonSerializerOptions.Web);
        return json.Length <= definition.MaxResponseBytes
            ? CallEnd.Completed(Done, json)
            : CallEnd.Failed(ErrorCodes.ResponseTooLarge, $"The response is longer than {definition.MaxResponseBytes} bytes.");
    }

    private CallEnd Cut(PackedJob job, bool aborted)
    {
        if (definition.Actions.TryGetValue(job.Action, out var action) && action.AtMostOnce)
        {
            return CallEnd.Failed(ErrorCodes.ExecutionUnknown, "The handler was cut off and may have taken effect.");
        }

        return aborted
            ? CallEnd.Aborted
            : CallEnd.Failed(ErrorCodes.UpstreamTimeout, $"The handler had not ended after {_timeout.TotalSeconds} s.", repeatable: true);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The handler of {Action} in {Namespace} failed job {Index} of slice {Slice}")]
        public static partial void Failed(ILogger logger, string @namespace, string action, Guid slice, int index, Exception error);
    }
}

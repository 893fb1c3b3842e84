using System.Collections.Frozen;
using System.Net;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>
/// Calls an upstream over HTTP. Each version has its own connections. Nothing that the upstream answers makes us call anything else:
/// no redirects, no cookies, no proxy.
/// </summary>
#pragma warning disable CA1001 // It lives as long as the process, or until nobody uses a definition that was pushed out of the cache.
internal sealed class HttpExecutor : IJobExecutor
#pragma warning restore CA1001
{
    // Long enough to be worth a handshake, short enough to follow a changed DNS entry.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(3);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = ConnectionLifetime,
        // An answer that is too long is not read to its end for the sake of a connection.
        MaxResponseDrainSize = 0,
    });

    private readonly FrozenDictionary<string, HttpAction> _actions;
    private readonly FrozenSet<int> _repeatableStatuses;
    private readonly TimeSpan _timeout;
    private readonly int _maxResponseBytes;
    private readonly TimeProvider _time;

    /// <exception cref="FormatException">The definition names something that cannot be called.</exception>
    public HttpExecutor(Upstream definition, TimeProvider time)
    {
        _actions = definition.Actions.ToFrozenDictionary(action => action.Key, action => new HttpAction(definition, action.Key, action.Value));
        _repeatableStatuses = definition.Retry.Statuses.ToFrozenSet();
        _timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds);
        _maxResponseBytes = definition.MaxResponseBytes;
        _time = time;
    }

    public async ValueTask<CallEnd> ExecuteAsync(RunSlice slice, PackedJob job, CancellationToken abort)
    {
        if (!_actions.TryGetValue(job.Action, out var action))
        {
            return CallEnd.NotMade(ErrorCodes.UnknownAction, $"Upstream '{slice.Namespace}' has no action '{job.Action}'.");
        }

        try
        {
            using var request = action.CreateRequest(job.Params);
            request.Headers.TryAddWithoutValidation("Idempotency-Key", $"{slice.Number}-{slice.Run}-{job.Index}");
            return await CallAsync(action, request, abort);
        }
        catch (ParamsException error)
        {
            return CallEnd.NotMade(ErrorCodes.ParamsDoNotFit, error.Message);
        }
    }

    private async Task<CallEnd> CallAsync(HttpAction action, HttpRequestMessage request, CancellationToken abort)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        try
        {
            using var response = await _client.SendAsync(request, limit.Token);
            return await ReadAsync(action, response, limit.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return Broken(action, CallEnd.Failed(ErrorCodes.UpstreamTimeout, $"No answer within {_timeout.TotalSeconds} s.", repeatable: true));
        }
        catch (OperationCanceledException)
        {
            return Broken(action, CallEnd.Aborted);
        }
        catch (HttpRequestException error) when (NothingWasSent(error.HttpRequestError))
        {
            return Unreachable($"The upstream could not be reached ({error.HttpRequestError}).");
        }
        catch (HttpRequestException error)
        {
            return Broken(action, Unreachable($"The connection broke before the answer ({error.HttpRequestError})."));
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return Broken(action, Unreachable("The connection broke within the answer."));
        }
    }

    private async Task<CallEnd> ReadAsync(HttpAction action, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (Closing.Until(response, _time.GetUtcNow()) is { } until)
        {
            return CallEnd.Closed(until);
        }

        var status = (int)response.StatusCode;
        var completed = action.Success.Contains(status);
        var repeatable = !completed && _repeatableStatuses.Contains(status) && !(action.AtMostOnce && LeavesOpen(status));
        if (await BoundedContent.ReadAsync(response.Content, _maxResponseBytes, cancellationToken) is not { } body)
        {
            return CallEnd.Failed(ErrorCodes.ResponseTooLarge, $"The response is longer than {_maxResponseBytes} bytes.", status, repeatable: repeatable);
        }

        var json = ResponseJson.Of(body, response.Content.Headers);
        return completed
            ? CallEnd.Completed(status, json)
            : CallEnd.Failed(ErrorCodes.UpstreamStatus, $"The upstream answered with status {status}.", status, json, repeatable);
    }

    private static CallEnd Unreachable(string message) => CallEnd.Failed(ErrorCodes.UpstreamUnreachable, message, repeatable: true);

    // The call may have taken effect, and nobody can say: where that must not happen twice, it is over.
    private static CallEnd Broken(HttpAction action, CallEnd end) => action.AtMostOnce
        ? CallEnd.Failed(ErrorCodes.ExecutionUnknown, $"The call ended without an answer ({end.ErrorCode ?? "aborted"}) and may have taken effect.")
        : end;

    private static bool NothingWasSent(HttpRequestError error) =>
        error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;

    // A refusal (4xx) says that nothing was done; a failure (5xx) may have come half-way.
    private static bool LeavesOpen(int status) => status >= 500;
}

using System.Collections.Frozen;
using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Upstreams.Auth;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>Calls an upstream over HTTP. Each version has its own connections.</summary>
#pragma warning disable CA1001 // It lives as long as the process, or until nobody uses a definition that was pushed out of the cache.
internal sealed class HttpExecutor : IJobExecutor
#pragma warning restore CA1001
{
    private readonly HttpMessageInvoker _client = Connections.Open();
    private readonly FrozenDictionary<string, HttpAction> _actions;
    private readonly TimeSpan _timeout;
    private readonly int _maxResponseBytes;
    private readonly ICredential? _credential;
    private readonly TimeProvider _time;

    /// <exception cref="FormatException">The definition names something that cannot be called.</exception>
    public HttpExecutor(Upstream definition, ICredential? credential, TimeProvider time)
    {
        _actions = definition.Actions.ToFrozenDictionary(action => action.Key, action => new HttpAction(definition, action.Key, action.Value));
        _timeout = TimeSpan.FromSeconds(definition.TimeoutSeconds);
        _maxResponseBytes = definition.MaxResponseBytes;
        _credential = credential;
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
            var key = IdempotencyKey.Of(slice, job);
            return _credential is null ? await CallAsync(action, job, key, header: null, abort) : await CallProvenAsync(action, job, key, _credential, abort);
        }
        catch (ParamsException error)
        {
            return CallEnd.NotMade(ErrorCodes.ParamsDoNotFit, error.Message);
        }
        catch (CredentialException error)
        {
            return CallEnd.NotMade(error.Code, error.Message, error.Repeatable);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // While it waited for its credential.
            return CallEnd.Aborted;
        }
    }

    // A 401 says that nothing was done, so a call whose token had lost its worth may be made once more with another.
    private async Task<CallEnd> CallProvenAsync(HttpAction action, PackedJob job, string key, ICredential credential, CancellationToken abort)
    {
        var header = await credential.GetAsync(abort);
        var end = await CallAsync(action, job, key, header, abort);
        var again = end is { Fate: CallFate.Failed, StatusCode: (int)HttpStatusCode.Unauthorized } && credential.Refuse(header);
        return again ? await CallAsync(action, job, key, await credential.GetAsync(abort), abort) : end;
    }

    private async Task<CallEnd> CallAsync(HttpAction action, PackedJob job, string key, AuthHeader? header, CancellationToken abort)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        using var request = action.CreateRequest(job.Params);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        header?.PutOn(request);
        var answered = false;
        try
        {
            using var response = await _client.SendAsync(request, limit.Token);
            answered = true;
            return await ReadAsync(action, response, header?.Scrubber, limit.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return Open(action, CallFailures.Timeout(_timeout, withinAnswer: answered));
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return Open(action, CallEnd.Aborted);
        }
        catch (HttpRequestException error) when (CallFailures.NothingWasSent(error))
        {
            return CallFailures.Of(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException || (answered && error is InvalidOperationException))
        {
            // The last is how Brotli says that it cannot read something.
            return Open(action, CallFailures.Of(error));
        }
    }

    private async Task<CallEnd> ReadAsync(HttpAction action, HttpResponseMessage response, Scrubber? scrubber, CancellationToken cancellationToken)
    {
        if (Closing.Of(response, _time.GetUtcNow()) is { } closing)
        {
            return CallEnd.Closed(closing);
        }

        var status = (int)response.StatusCode;
        var repeatable = action.IsRepeatable(status);
        if (await BoundedContent.ReadAsync(response.Content, _maxResponseBytes, cancellationToken) is not { } body)
        {
            return CallEnd.Failed(ErrorCodes.ResponseTooLarge, $"The response is longer than {_maxResponseBytes} bytes.", status, repeatable: repeatable);
        }

        var answer = scrubber is null ? ResponseJson.Of(body, response.Content.Headers) : Cleaned(body, response, scrubber);
        return action.Success.FaultOf(status, answer) is { } fault
            ? CallEnd.Failed(fault.Code, fault.Message, status, answer.Json, repeatable)
            : CallEnd.Completed(status, answer.Json);
    }

    // Before, since base64 would hide a secret; and after, since the content type is quoted there.
    private static Answer Cleaned(ReadOnlyMemory<byte> body, HttpResponseMessage response, Scrubber scrubber)
    {
        var answer = ResponseJson.Of(scrubber.Clean(body), response.Content.Headers);
        return answer with { Json = scrubber.Clean(answer.Json) };
    }

    // The call may have taken effect, and nobody can say: where that must not happen twice, it is over.
    private static CallEnd Open(HttpAction action, CallEnd end) => action.AtMostOnce
        ? CallEnd.Failed(ErrorCodes.ExecutionUnknown, $"The call ended without an answer ({end.ErrorCode ?? "aborted"}) and may have taken effect.")
        : end;
}

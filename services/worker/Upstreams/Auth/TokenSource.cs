using BatchPlatform.Worker.Secrets;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>
/// Access tokens of one secret and scope (OAuth 2.0 client credentials, RFC 6749): asked for when the first call needs one, shared by
/// all calls, renewed before they run out. One question at a time; those who come meanwhile wait for its answer.
/// </summary>
internal sealed class TokenSource(TokenEndpoint endpoint, TimeProvider time) : ICredential
{
    // An upstream that refuses every token must not make us ask for one with every call.
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private Task<TokenAnswer>? _answer;
    private long? _refusedAt;

    public async ValueTask<AuthHeader> GetAsync(CancellationToken cancellationToken)
    {
        // The question goes on when one who waits for it gives up.
        var answer = await Current().WaitAsync(cancellationToken);
        return answer.Header ?? throw new CredentialException(answer.ErrorCode, answer.ErrorMessage, answer.Repeatable);
    }

    public bool Refuse(AuthHeader header)
    {
        lock (_lock)
        {
            if (_answer is not { IsCompletedSuccessfully: true } || _answer.Result.Header != header)
            {
                // It has been replaced since the call began.
                return true;
            }

            if (_refusedAt is { } at && time.GetElapsedTime(at) < BetweenRefusals)
            {
                return false;
            }

            _refusedAt = time.GetTimestamp();
            _answer = null;
            return true;
        }
    }

    private Task<TokenAnswer> Current()
    {
        lock (_lock)
        {
            if (_answer is null || (_answer.IsCompletedSuccessfully && _answer.Result.IsStale(time)))
            {
                _answer = Task.Run(endpoint.AskAsync);
            }

            return _answer;
        }
    }
}

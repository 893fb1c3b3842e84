namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>What a token endpoint said: a token, or why there is none. Either is used for a while before it is asked again.</summary>
internal sealed class TokenAnswer
{
    // While an endpoint is away every waiting call would ask it again.
    private static readonly TimeSpan FailureLife = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EarlyRenewal = TimeSpan.FromMinutes(1);

    public AuthHeader? Header { get; private init; }

    public string ErrorCode { get; private init; } = "";

    public string ErrorMessage { get; private init; } = "";

    public bool Repeatable { get; private init; }

    private long From { get; init; }

    private TimeSpan Life { get; init; }

    /// <param name="header">With the token.</param>
    /// <param name="askedAt">From then on the token's life counts.</param>
    /// <param name="life">As the endpoint said. The token is renewed a minute before it ends, or when half of a shorter life is over.</param>
    public static TokenAnswer Given(AuthHeader header, long askedAt, TimeSpan life) => new()
    {
        Header = header,
        From = askedAt,
        Life = life > 2 * EarlyRenewal ? life - EarlyRenewal : life / 2,
    };

    public static TokenAnswer Refused(string code, string message, bool repeatable, long at) =>
        new() { ErrorCode = code, ErrorMessage = message, Repeatable = repeatable, From = at, Life = FailureLife };

    public bool IsStale(TimeProvider time) => time.GetElapsedTime(From) >= Life;
}

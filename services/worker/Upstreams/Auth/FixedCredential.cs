namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>The same header with every call.</summary>
internal sealed class FixedCredential(AuthHeader header) : ICredential
{
    public ValueTask<AuthHeader> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(header);

    public bool Refuse(AuthHeader header) => false;
}

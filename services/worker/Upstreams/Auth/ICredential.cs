using BatchPlatform.Worker.Secrets;

namespace BatchPlatform.Worker.Upstreams.Auth;

/// <summary>How the calls of one upstream prove who makes them.</summary>
internal interface ICredential
{
    /// <exception cref="CredentialException">There is none to be had now.</exception>
    ValueTask<AuthHeader> GetAsync(CancellationToken cancellationToken);

    /// <summary>The upstream answered 401 to this header: whether another may do better, so that the call is worth making once more.</summary>
    bool Refuse(AuthHeader header);
}

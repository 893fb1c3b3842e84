using BatchPlatform.Store.Security;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>Lets a request in by <c>X-Api-Authorization: IWS key:signature</c>. The signature counts where the key has a signing secret.</summary>
public sealed class IvvyKeys(DialectKeys keys, SecretBox box, TimeProvider time)
{
    private const string Scheme = "IWS ";

    /// <summary>Finds the key, before the body is read: only who has one may send a long one.</summary>
    /// <exception cref="ProblemException">401 or 403.</exception>
    public Task<KeyIdentity> AdmitAsync(HttpContext context, string scope) => keys.AdmitAsync(context, Presented(context.Request).Key, scope);

    /// <summary>Checks the signature, once the body is there.</summary>
    /// <exception cref="ProblemException">401.</exception>
    public void CheckSignature(HttpRequest request, KeyIdentity key, ReadOnlyMemory<byte> body)
    {
        if (key.SigningSecret is { } secret)
        {
            IvvySignature.Check(request, body.Span, Presented(request).Signature, box.Unprotect(secret), time.GetUtcNow());
        }
    }

    // Keys may hold colons, signatures do not.
    private static (string? Key, string Signature) Presented(HttpRequest request)
    {
        var header = request.Headers["X-Api-Authorization"].ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (null, "");
        }

        var credential = header[Scheme.Length..].Trim();
        var colon = credential.LastIndexOf(':');
        return colon < 0 ? (credential, "") : (credential[..colon], credential[(colon + 1)..]);
    }
}

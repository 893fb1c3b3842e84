using BatchPlatform.Store.Security;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>Lets a request in by <c>X-Api-Authorization: IWS key:signature</c>. The signature counts where the key has a signing secret.</summary>
public sealed class IvvyKeys(DialectKeys keys, SecretBox box, TimeProvider time)
{
    private const string Scheme = "IWS ";

    /// <exception cref="ProblemException">401 or 403.</exception>
    public async Task AdmitAsync(HttpContext context, ReadOnlyMemory<byte> body, string scope)
    {
        var (key, signature) = Presented(context.Request.Headers["X-Api-Authorization"].ToString());
        var identity = await keys.AdmitAsync(context, key, scope);
        if (identity.SigningSecret is { } secret)
        {
            IvvySignature.Check(context.Request, body.Span, signature, box.Unprotect(secret), time.GetUtcNow());
        }
    }

    // Keys may hold colons, signatures do not.
    private static (string? Key, string Signature) Presented(string header)
    {
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (null, "");
        }

        var credential = header[Scheme.Length..].Trim();
        var colon = credential.LastIndexOf(':');
        return colon < 0 ? (credential, "") : (credential[..colon], credential[(colon + 1)..]);
    }
}

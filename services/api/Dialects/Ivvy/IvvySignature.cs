using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>Checks what a request is signed with: HMAC-SHA1 over its method, body, headers and address, as the vendor documents it.</summary>
internal static class IvvySignature
{
    private const string Version = "1.0";
    private const string DateHeader = "IVVY-Date";
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <exception cref="ProblemException">401: it is stale, or was not signed with the secret.</exception>
    public static void Check(HttpRequest request, ReadOnlySpan<byte> body, string signature, string secret, DateTimeOffset now)
    {
        if (DateOf(request) is not { } date || (now - date).Duration() > Fresh)
        {
            throw IvvyFaults.Unauthorized(IvvyFaults.Stale, "Request is stale");
        }

        var signed = Encoding.UTF8.GetBytes(Sign(TextOf(request), secret));
        if (!IsBody(request, body) || !CryptographicOperations.FixedTimeEquals(signed, Encoding.UTF8.GetBytes(signature.ToLowerInvariant())))
        {
            throw new ProblemException(Problems.Unauthenticated());
        }
    }

    /// <summary>What is signed: all of it in lower case.</summary>
    internal static string TextOf(HttpRequest request)
    {
        var headers = request.Headers;
        var date = headers.ContainsKey(DateHeader) ? "" : headers.Date.ToString();
        // As it came in, since the client signed its own spelling of it.
        var address = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return $"POST{headers.ContentMD5}{headers.ContentType}{date}{address}{Version}{VendorHeaders(headers)}".ToLowerInvariant();
    }

    [SuppressMessage("Security", "CA5350:Do not use weak cryptographic algorithms", Justification = "The vendor's clients sign with nothing else.")]
    internal static string Sign(string text, string secret) =>
        Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    private static string VendorHeaders(IHeaderDictionary headers) => string.Join('&', headers
        .Where(header => header.Key.StartsWith("IVVY", StringComparison.OrdinalIgnoreCase))
        .Select(header => (Name: header.Key.Replace("-", "").Replace("_", "").ToLowerInvariant(), Value: header.Value.ToString()))
        .OrderBy(header => header.Name, StringComparer.Ordinal)
        .Select(header => $"{header.Name}={header.Value}"));

    [SuppressMessage("Security", "CA5351:Do not use broken cryptographic algorithms", Justification = "The vendor's checksum; the signature over it is what protects.")]
    private static bool IsBody(HttpRequest request, ReadOnlySpan<byte> body) =>
        Convert.ToHexString(MD5.HashData(body)).Equals(request.Headers.ContentMD5.ToString(), StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? DateOf(HttpRequest request)
    {
        var text = request.Headers.TryGetValue(DateHeader, out var own) ? own.ToString() : request.Headers.Date.ToString();
        text = text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase) ? text[..^4] : text.Replace(" GMT", "");
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd HH:mm:ss", "ddd, dd MMM yyyy HH:mm:ss"], CultureInfo.InvariantCulture, Utc, out var date) ? date : null;
    }
}

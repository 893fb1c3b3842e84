using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Defaults.Edge;

/// <summary>
/// Finds the credentials of a request in every place where the API or a dialect looks for one, but for bodies. All of them count:
/// a made-up one beside the one that is used would otherwise hide it. They are known by a keyed hash alone, whose key dies with the process.
/// </summary>
internal sealed class PresentedCredentials
{
    private static readonly string[] Parameters = ["api_key", "api-key"];

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The hash of each, once.</summary>
    public IEnumerable<UInt128> Of(HttpRequest request) =>
        Texts(request).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).Select(Hash);

    private static IEnumerable<string> Texts(HttpRequest request)
    {
        yield return AfterScheme(request.Headers.Authorization.ToString());
        yield return request.Headers["X-Api-Key"].ToString();
        yield return WithoutSignature(AfterScheme(request.Headers["X-Api-Authorization"].ToString()));
        foreach (var name in Parameters)
        {
            yield return request.Query[name].ToString();
        }
    }

    // "Bearer K" and "Token K" are the same K.
    private static string AfterScheme(string header) => header.TrimStart().Split(' ', 2) is [_, var credential] ? credential.Trim() : header.Trim();

    // iVvy's is "key:signature", and another signature for each request.
    private static string WithoutSignature(string credential) => credential.LastIndexOf(':') is var colon and >= 0 ? credential[..colon] : credential;

    private UInt128 Hash(string credential) =>
        BinaryPrimitives.ReadUInt128BigEndian(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(credential)));
}

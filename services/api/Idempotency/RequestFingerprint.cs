using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Api.Idempotency;

/// <summary>SHA-256 over method, path, query and body of a request; the body is added as it is read.</summary>
public sealed class RequestFingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public RequestFingerprint(HttpRequest request) =>
        _hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}{request.QueryString}\n"));

    public void Add(ReadOnlySpan<byte> body) => _hash.AppendData(body);

    public byte[] Finish() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}

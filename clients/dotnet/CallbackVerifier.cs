using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Client;

/// <summary>Checks that a callback is the platform's, unchanged and fresh, as Standard Webhooks has it.</summary>
/// <param name="secret">The callback's secret: <c>whsec_</c> and base64.</param>
/// <param name="time">What time it is; the system's when null.</param>
public sealed class CallbackVerifier(string secret, TimeProvider? time = null)
{
    private const string SecretPrefix = "whsec_";
    private const string SignaturePrefix = "v1,";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = Convert.FromBase64String(secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Whether the callback may be believed. One whose id was seen before may be dropped.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">The header <c>webhook-signature</c>.</param>
    /// <param name="body">The body as it arrived, before anything parses it.</param>
    public bool IsGenuine(string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body)
    {
        if (id is null || signature is null || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        var age = _time.GetUtcNow().ToUnixTimeSeconds() - seconds;
        return Math.Abs(age) <= Tolerance.TotalSeconds && IsSigned(id, seconds, signature, body);
    }

    private bool IsSigned(string id, long seconds, string signature, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body];
        var expected = HMACSHA256.HashData(_key, signed);
        // One signature for each secret that is good now.
        return signature.Split(' ').Any(part => Matches(part, expected));
    }

    private static bool Matches(string part, byte[] expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return part.StartsWith(SignaturePrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(part[SignaturePrefix.Length..], given, out var length)
            && length == given.Length
            && CryptographicOperations.FixedTimeEquals(given, expected);
    }
}

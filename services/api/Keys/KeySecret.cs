using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Api;

/// <summary>Makes, hashes and compares API keys. A made one is <c>bp_{id}_{secret}</c>, the secret 256 random bits.</summary>
public static class KeySecret
{
    private const string Prefix = "bp_";
    private const int SecretBytes = 32;
    private const int SaltBytes = 16;
    private const int IdLength = 16;
    private const int MaxIdLength = 64;
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary>A new key for an id without underscores.</summary>
    public static string Make(string id) => $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>The id within a made key; null for any other string.</summary>
    public static string? IdOf(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var id = key.AsSpan(Prefix.Length);
        var end = id.IndexOf('_');
        return end is > 0 and <= MaxIdLength && id[..end].IndexOfAnyExcept(IdCharacters) < 0 ? id[..end].ToString() : null;
    }

    /// <summary>An id for a key that is made in answer to a request: the same for a repetition, which has the same <paramref name="drawn"/>.</summary>
    public static string NewId(Guid drawn) => $"{drawn:N}"[..IdLength];

    /// <summary>A new salt, and the hash of <paramref name="key"/> under it.</summary>
    public static (byte[] Salt, byte[] Hash) Protect(string key)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return (salt, Hash(salt, key));
    }

    /// <summary>Whether <paramref name="key"/> is the one that was hashed; takes the same time either way.</summary>
    public static bool Verify(string key, byte[] salt, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(salt, key), hash);

    private static byte[] Hash(byte[] salt, string key) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(key)]);
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Api;

/// <summary>Makes, hashes and compares API keys. A made one is <c>bp_{id}_{secret}</c>, the secret 256 random bits.</summary>
public static class KeySecret
{
    private const string Prefix = "bp_";
    private const int IdBytes = 9;
    private const int SecretBytes = 32;
    private const int SaltBytes = 16;

    /// <summary>A new key with its id.</summary>
    public static (string Id, string Key) Make()
    {
        // Hexadecimal, since an underscore in the id would make the key ambiguous.
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        return (id, $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");
    }

    /// <summary>The id within a made key; null for any other string.</summary>
    public static string? IdOf(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && key.IndexOf('_', Prefix.Length) is > 0 and var end ? key[Prefix.Length..end] : null;

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

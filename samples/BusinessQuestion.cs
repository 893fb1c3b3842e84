using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Samples;

/// <summary>What is asked about a business. Whatever is drawn follows from the question.</summary>
internal sealed class BusinessQuestion(Dictionary<string, JsonElement> asked)
{
    private readonly string _seed = string.Join('\n', asked.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={each.Value}"));

    /// <summary>It is about an address that nobody can have (RFC 6761).</summary>
    public bool IsNowhere => new[] { Text("profile-url"), Text("website-url") }.Any(address =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase));

    public string? Text(string name) => asked.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>How many are wanted at most.</summary>
    public int Limit(string name) => int.TryParse(Text(name), out var limit) && limit > 0 ? limit : int.MaxValue;

    /// <summary>A number from 0, below <paramref name="bound"/>.</summary>
    public int Draw(string what, int bound) => (int)(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(what)) % (uint)bound);

    public string Hash(string what) => Convert.ToHexStringLower(Bytes(what)[..12]);

    private byte[] Bytes(string what) => SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}\n{what}"));
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Notifier;

/// <summary>Signs callbacks as Standard Webhooks has it: HMAC-SHA256 over id, timestamp and body, once with each secret.</summary>
public static class CallbackSignature
{
    private const string SecretPrefix = "whsec_";

    /// <summary>The value of <c>webhook-signature</c>: <c>v1,</c> and base64 for each secret, apart by spaces.</summary>
    /// <param name="secrets">As clients have them: <c>whsec_</c> and base64.</param>
    /// <param name="id">The <c>webhook-id</c>.</param>
    /// <param name="timestamp">The <c>webhook-timestamp</c>, in seconds.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', secrets.Select(secret =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), signed))));
    }
}

using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Security;

/// <summary>The one secret that api and notifier share: configuration section <c>Security</c>.</summary>
public sealed class SecurityOptions
{
    /// <summary>Bytes of the master key.</summary>
    public const int KeyBytes = 32;

    /// <summary>
    /// 32 random bytes in base64, such as <c>openssl rand -base64 32</c> makes; the same for api and notifier. Without it
    /// api makes one and keeps it in the store, beside what it encrypts.
    /// </summary>
    public string MasterKey { get; set; } = "";

    /// <summary>This process may add keys to the ring: api only.</summary>
    internal bool AddsKeys { get; set; }

    /// <summary>Whether a text can be a master key.</summary>
    public static bool IsKey(string text)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        return Convert.TryFromBase64String(text, key, out var length) && length == KeyBytes;
    }

    /// <summary>Fails the start when something else stands in its place; never says what.</summary>
    internal sealed class Validator : IValidateOptions<SecurityOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecurityOptions options) => options.MasterKey.Length == 0 || IsKey(options.MasterKey)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Security__MasterKey must be 32 random bytes in base64, the same for api and notifier (make it with: openssl rand -base64 32).");
    }
}

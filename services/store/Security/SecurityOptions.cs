using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Security;

/// <summary>The one secret that api and notifier share: configuration section <c>Security</c>.</summary>
public sealed class SecurityOptions
{
    /// <summary>Bytes of the master key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Former master keys at most: each may have to be tried for a link.</summary>
    public const int MaxFormerKeys = 8;

    /// <summary>
    /// 32 random bytes in base64, such as <c>openssl rand -base64 32</c> makes; the same for api and notifier. Without it
    /// api makes one and keeps it in the store, beside what it encrypts.
    /// </summary>
    public string MasterKey { get; set; } = "";

    /// <summary>
    /// Master keys that are used no more but still open what they closed: links, and the key ring until api has wrapped it anew,
    /// which it does at its start. The next master key may stand here too, so that every process knows it before one uses it. At most 8.
    /// </summary>
    public IList<string> FormerMasterKeys { get; } = [];

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
        private const string Form = "32 random bytes in base64";

        public ValidateOptionsResult Validate(string? name, SecurityOptions options) => (options.MasterKey, options.FormerMasterKeys) switch
        {
            ({ Length: > 0 } key, _) when !IsKey(key) =>
                ValidateOptionsResult.Fail($"Security__MasterKey must be {Form}, the same for api and notifier (make it with: openssl rand -base64 32)."),
            (_, { Count: > MaxFormerKeys }) => ValidateOptionsResult.Fail($"Security__FormerMasterKeys must be at most {MaxFormerKeys}."),
            (_, var former) when !former.All(IsKey) => ValidateOptionsResult.Fail($"Security__FormerMasterKeys must each be {Form}."),
            _ => ValidateOptionsResult.Success,
        };
    }
}

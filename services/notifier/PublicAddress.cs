namespace BatchPlatform.Notifier;

/// <summary>What the links in callbacks begin with.</summary>
public sealed class PublicAddress(string? url)
{
    /// <summary>Where it is configured; api's links begin with it, too.</summary>
    public const string Setting = "Public:BaseUrl";

    /// <summary>Without a slash at its end; null when nobody has said it: links are paths then.</summary>
    public string? Url { get; } = string.IsNullOrEmpty(url) ? null : url.TrimEnd('/');
}

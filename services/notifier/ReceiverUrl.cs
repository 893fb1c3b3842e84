using System.Security.Cryptography;
using System.Text;

namespace BatchPlatform.Notifier;

/// <summary>A callback's address, written in one way.</summary>
public sealed class ReceiverUrl
{
    public ReceiverUrl(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            (Text, Host) = (address.AbsoluteUri, address.GetLeftPart(UriPartial.Authority) + "/");
        }
        else
        {
            (Text, Host) = (url, url); // Nothing is ever sent there.
        }
    }

    /// <summary>The whole address.</summary>
    public string Text { get; }

    /// <summary>Scheme, host and port with a slash: those that share it take turns.</summary>
    public string Host { get; }

    /// <summary>The id under which a tenant's failures there are kept.</summary>
    public Guid IdFor(string tenant) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{Text}")).AsSpan(0, 16));
}

using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard.Sessions;

/// <summary>
/// The key ring of sessions: one key, made from the configured secret, so that all dashboards read each other's cookies and
/// keep nothing. A random one where nothing is configured.
/// </summary>
internal sealed class SessionKeyRing(IOptions<DashboardOptions> options) : IXmlRepository
{
    private const string Began = "2020-01-01T00:00:00Z";
    private const string Ends = "2500-01-01T00:00:00Z";
    private static readonly Guid KeyId = new("6f0f9a4c-7d0b-4a55-9a59-0d7c0a0b5f01");

    private readonly XElement _key = KeyOf(options.Value.SessionKey);

    public IReadOnlyCollection<XElement> GetAllElements() => [_key];

    /// <summary>Never asked to: the key does not expire, and no others are made.</summary>
    public void StoreElement(XElement element, string friendlyName) => throw new NotSupportedException("The key of sessions is configured.");

    private static XElement KeyOf(string configured)
    {
        var secret = configured.Length > 0 ? Convert.FromBase64String(configured) : RandomNumberGenerator.GetBytes(DashboardOptions.SessionKeyBytes);
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA512, secret, outputLength: 64, info: "dashboard sessions"u8.ToArray());
        using var master = new Secret(material);
        var exported = new AuthenticatedEncryptorDescriptor(new AuthenticatedEncryptorConfiguration(), master).ExportToXml();
        return new XElement(
            "key",
            new XAttribute("id", KeyId),
            new XAttribute("version", 1),
            new XElement("creationDate", Began),
            new XElement("activationDate", Began),
            new XElement("expirationDate", Ends),
            new XElement(
                "descriptor",
                new XAttribute("deserializerType", exported.DeserializerType.AssemblyQualifiedName!),
                exported.SerializedDescriptorElement));
    }
}

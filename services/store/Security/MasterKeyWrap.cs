using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Security;

/// <summary>Wraps the secrets of the key ring with the master key, by AES-256-GCM.</summary>
internal sealed class MasterKeyWrap(MasterKey master) : IXmlEncryptor, IXmlDecryptor
{
    /// <summary>The element that holds what was wrapped.</summary>
    public const string Element = "wrapped";

    private const string Purpose = "keyring";

    /// <summary>How Data Protection makes one.</summary>
    public MasterKeyWrap(IServiceProvider services)
        : this(services.GetRequiredService<MasterKey>())
    {
    }

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var sealedBytes = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(master.For(Purpose), tag.Length);
        aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span);
        return new EncryptedXmlInfo(new XElement(Element, Convert.ToBase64String(sealedBytes)), typeof(MasterKeyWrap));
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was wrapped with another master key, or is damaged.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        foreach (var key in master.AllFor(Purpose))
        {
            if (TryOpen(encryptedElement, key, out var plain))
            {
                return plain;
            }
        }

        throw new CryptographicException("The key ring was wrapped with another master key, or is damaged.");
    }

    /// <summary>Whether the master key that is used now opens it, without any former one.</summary>
    public bool IsCurrent(XElement encryptedElement) => TryOpen(encryptedElement, master.For(Purpose), out _);

    private static bool TryOpen(XElement encryptedElement, byte[] key, [NotNullWhen(true)] out XElement? opened)
    {
        var (nonce, tag, cipher) = Parts(Bytes(encryptedElement));
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, tag.Length);
        try
        {
            aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            opened = null;
            return false;
        }

        opened = XElement.Parse(Encoding.UTF8.GetString(plain));
        return true;
    }

    private static byte[] Bytes(XElement encryptedElement)
    {
        var bytes = new byte[encryptedElement.Value.Length];
        return Convert.TryFromBase64String(encryptedElement.Value, bytes, out var length) && length > AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize
            ? bytes[..length]
            : throw new CryptographicException("An element of the key ring is damaged.");
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] bytes)
    {
        var nonce = AesGcm.NonceByteSizes.MaxSize;
        var head = nonce + AesGcm.TagByteSizes.MaxSize;
        return (bytes.AsMemory(0, nonce), bytes.AsMemory(nonce..head), bytes.AsMemory(head));
    }
}

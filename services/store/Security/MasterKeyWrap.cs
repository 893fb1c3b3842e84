using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Security;

/// <summary>Wraps the secrets of the key ring with the master key, by AES-256-GCM. Data Protection makes it by this constructor.</summary>
internal sealed class MasterKeyWrap(IServiceProvider services) : IXmlEncryptor, IXmlDecryptor
{
    private const string Purpose = "keyring";
    private readonly MasterKey _master = services.GetRequiredService<MasterKey>();

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var sealedBytes = new byte[AesGcm.NonceByteSizes.MaxSize + AesGcm.TagByteSizes.MaxSize + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(_master.For(Purpose), tag.Length);
        aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span);
        return new EncryptedXmlInfo(new XElement("wrapped", Convert.ToBase64String(sealedBytes)), typeof(MasterKeyWrap));
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was wrapped with another master key, or is damaged.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        var (nonce, tag, cipher) = Parts(Convert.FromBase64String(encryptedElement.Value));
        var plain = new byte[cipher.Length];
        foreach (var key in _master.AllFor(Purpose))
        {
            using var aes = new AesGcm(key, tag.Length);
            try
            {
                aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain);
                return XElement.Parse(Encoding.UTF8.GetString(plain));
            }
            catch (AuthenticationTagMismatchException)
            {
                // Not this one.
            }
        }

        throw new CryptographicException("The key ring was wrapped with another master key, or is damaged.");
    }

    private static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] bytes)
    {
        var nonce = AesGcm.NonceByteSizes.MaxSize;
        var head = nonce + AesGcm.TagByteSizes.MaxSize;
        return (bytes.AsMemory(0, nonce), bytes.AsMemory(nonce..head), bytes.AsMemory(head));
    }
}

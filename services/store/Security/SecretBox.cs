using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Store.Security;

/// <summary>
/// Encrypts what the store keeps secret, by ASP.NET Data Protection with the platform's own key ring. It has a container of
/// its own, so that nothing else in the process starts to use that ring.
/// </summary>
public sealed class SecretBox : IDisposable
{
    private readonly ServiceProvider _protection;
    private readonly IDataProtector _protector;

    public SecretBox(BatchStore store, MasterKey master, IOptions<SecurityOptions> options, ILoggerFactory logs, TimeProvider time)
    {
        var services = new ServiceCollection();
        services.AddSingleton(master);
        services.AddSingleton(logs);
        services.AddSingleton(new MasterKeyWrap(master));
        services.AddDataProtection().SetApplicationName("BatchPlatform");
        services.AddOptions<KeyManagementOptions>().Configure<MasterKeyWrap>((ring, wrap) =>
        {
            ring.XmlRepository = new KeyRing(store, time);
            ring.XmlEncryptor = wrap;
            ring.AutoGenerateKeys = options.Value.AddsKeys;
        });
        _protection = services.BuildServiceProvider();
        _protector = _protection.GetRequiredService<IDataProtectionProvider>().CreateProtector("secrets");
    }

    /// <summary>The text encrypted, for the store.</summary>
    public string Protect(string text) => _protector.Protect(text);

    /// <summary>What <see cref="Protect"/> was given.</summary>
    /// <exception cref="CryptographicException">It is damaged, or this process has another master key than the one that protected it.</exception>
    public string Unprotect(string text)
    {
        try
        {
            return _protector.Unprotect(text);
        }
        catch (InvalidOperationException error)
        {
            // How Data Protection says that it found no key that it can use.
            throw new CryptographicException("The key ring has no usable key.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _protection.Dispose();
}

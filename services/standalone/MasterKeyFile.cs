using System.Security.Cryptography;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Standalone;

/// <summary>The data folder's own master key, for when none is configured: a file that only its owner can read.</summary>
internal static class MasterKeyFile
{
    /// <summary>Its name in the folder.</summary>
    public const string Name = "master.key";

    /// <summary>The key in the folder, made at the first start. The folder must be this process's alone.</summary>
    /// <exception cref="BadInputException">The file holds no key; a new one would make what is stored unreadable.</exception>
    public static string ReadOrMake(string folder)
    {
        var file = Path.Combine(folder, Name);
        if (!File.Exists(file))
        {
            Make(file);
        }

        var key = File.ReadAllText(file).Trim();
        return SecurityOptions.IsKey(key) ? key : throw new BadInputException($"{file} does not hold the master key that was made for this folder: put it back from a backup.");
    }

    /// <summary>What encrypts the dashboard's sessions: it tells nothing of the master key. A master key that is none gives none; it stops the start elsewhere.</summary>
    public static string? SessionKeyOf(string masterKey) => SecurityOptions.IsKey(masterKey)
        ? Convert.ToBase64String(HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(masterKey), SecurityOptions.KeyBytes, info: "dashboard"u8.ToArray()))
        : null;

    // Whole or not at all, and never readable to others, not even while it is written.
    private static void Make(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var part = file + ".part";
        File.Delete(part);
        using (var writer = new StreamWriter(part, options))
        {
            writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecurityOptions.KeyBytes)));
            writer.Flush();
            ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        }

        File.Move(part, file);
    }
}

using System.Text.Json;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>An address and the key for it, kept in the user's configuration where only he can read it.</summary>
/// <param name="Url">Where the platform is.</param>
/// <param name="Key">An API key.</param>
internal sealed record SignIn(Uri Url, string Key)
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    private static string Home => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");

    /// <summary>The file.</summary>
    public static string File => Path.Combine(Home, "bp", "config.json");

    /// <summary>What is kept; null when nobody signed in.</summary>
    /// <exception cref="BadInputException">The file is damaged.</exception>
    public static SignIn? Read()
    {
        try
        {
            return System.IO.File.Exists(File) ? JsonSerializer.Deserialize<SignIn>(System.IO.File.ReadAllBytes(File), ClientJson.Options) : null;
        }
        catch (JsonException error)
        {
            throw new BadInputException($"{File} cannot be read. Sign in again: bp login URL", error);
        }
    }

    /// <summary>Which platform is meant, and the key for it. A kept key goes only to the address that it was given for.</summary>
    /// <exception cref="BadInputException">Nobody said.</exception>
    public static SignIn Of(string? url)
    {
        var kept = Read();
        var asked = (url ?? Variable("BP_URL")) is { } text ? UrlOf(text) : kept?.Url;
        var key = Variable("BP_KEY") ?? (asked == kept?.Url ? kept?.Key : null);
        return (asked, key) switch
        {
            (null, _) => throw new BadInputException("Which platform? Sign in (bp login URL), or set BP_URL and BP_KEY."),
            (_, null) => throw new BadInputException($"There is no key for {asked}. Sign in (bp login URL), or set BP_KEY."),
            _ => new SignIn(asked, key),
        };
    }

    /// <summary>An address as the user wrote it.</summary>
    /// <exception cref="BadInputException">It is none.</exception>
    public static Uri UrlOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? url
            : throw new BadInputException($"'{text}' is no address of a platform: give one such as https://batches.example.com.");

    /// <summary>Keeps it.</summary>
    public void Save()
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode = OwnersFolder;
            options.UnixCreateMode = OwnersFile;
        }

        // Under another name first: a file that is there may be readable by others, and an interrupted write would damage it.
        var fresh = $"{File}.{Environment.ProcessId}";
        using (var file = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(file, this, ClientJson.Options);
        }

        System.IO.File.Move(fresh, File, overwrite: true);
    }

    /// <summary>Forgets it; whether there was one.</summary>
    public static bool Forget()
    {
        var was = System.IO.File.Exists(File);
        System.IO.File.Delete(File);
        return was;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

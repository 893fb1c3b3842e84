using System.CommandLine;

namespace BatchPlatform.CommandLine;

/// <summary>What every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Url = new("--url")
    {
        Description = "Where the platform is; BP_URL, or where you signed in, unless given.",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "For scripts: JSON on standard output and nothing else, errors as JSON on standard error.",
        Recursive = true,
    };
}

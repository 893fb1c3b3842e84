using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests;

/// <summary>The published schemas, which a script in JavaScript holds files against.</summary>
internal static class Schemas
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "tests", "Deploy.Tests", "Schemas");

    /// <summary>Each fault that a script finds in a text.</summary>
    public static async Task<string[]> FaultsAsync(string script, string text)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            throw new InvalidOperationException($"The schemas are not installed. Run ./test.sh, or in {Folder}: npm ci");
        }

        return (await ShellCommand.RunAsync("node", [script], text, Folder)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

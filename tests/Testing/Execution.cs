using System.Diagnostics;

namespace BatchPlatform.Testing;

/// <summary>One run of a built program to its end, in a folder of its own.</summary>
public sealed record Execution(int ExitCode, string[] Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string LastLine => Output.LastOrDefault(line => line.Length > 0) ?? "";

    public static async Task<Execution> OfAsync(
        string folder, IReadOnlyList<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, string project = "services/standalone")
    {
        using var process = Start(project, folder, arguments, environment);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit, TimeProvider.System);
        }
        finally
        {
            process.Kill(entireProcessTree: true); // Nothing, once it has ended by itself.
        }

        return new Execution(process.ExitCode, (await output).Split('\n'), await error);
    }

    private static Process Start(string project, string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", [RepositoryPaths.BuiltDll(project), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

using System.Diagnostics;

namespace BatchPlatform.Testing;

/// <summary>Runs another program to its end.</summary>
public static class ShellCommand
{
    /// <summary>Whether there is such a program on this machine.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What it wrote to its output.</summary>
    /// <param name="program">A program on the PATH.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="input">What it reads from its input.</param>
    /// <param name="folder">Where it runs; the repository's root unless given.</param>
    /// <param name="environment">Set on top of the tests' own environment.</param>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has all that it wrote.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input = "", string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? RepositoryPaths.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = await BoundProcess.StartAsync(start);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode}.\n{await output}\n{await errors}");
    }
}

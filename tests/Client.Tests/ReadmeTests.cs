using System.Reflection;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BatchPlatform.Client.Tests;

/// <summary>The sample of the client's README is a program that does what it says.</summary>
[Collection(SharedPlatform.Name)]
public sealed partial class ReadmeTests(RunningPlatform platform)
{
    // What a new project has by itself.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [Fact]
    public async Task It_compiles_and_prints_both_places()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "clients/dotnet/README.md"));
        var sample = Fence().Match(page).Groups["code"].Value;
        Assert.Contains("http://127.0.0.1:8080", sample, StringComparison.Ordinal);
        Assert.Contains("choose-a-long-admin-key", sample, StringComparison.Ordinal);

        var output = await RunAsync(sample
            .Replace("http://127.0.0.1:8080", platform.Address.ToString())
            .Replace("choose-a-long-admin-key", RunningPlatform.Key));

        Assert.Contains("2 of 2", output, StringComparison.Ordinal);
        Assert.Contains("Lisbon: Completed {", output, StringComparison.Ordinal);
        Assert.Contains("Nairobi: Completed {", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program)
    {
        var main = Compile(program).EntryPoint!;
        var (before, output) = (Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            // An asynchronous program's entry point waits for its end.
            await Task.Run(() => main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]));
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString();
    }

    private static Assembly Compile(string program)
    {
        var known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(program)],
            known.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();
}

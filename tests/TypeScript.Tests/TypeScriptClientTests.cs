using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchPlatform.Testing;

namespace BatchPlatform.TypeScript.Tests;

/// <summary>
/// clients/typescript on Node.js against a running platform. <c>BP_WRITE_DOCS=1</c> makes its copy of the OpenAPI document, and its
/// types, anew.
/// </summary>
public sealed partial class TypeScriptClientTests : IClassFixture<RunningPlatform>
{
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "clients", "typescript");
    private static readonly bool Writes = Environment.GetEnvironmentVariable("BP_WRITE_DOCS") == "1";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public TypeScriptClientTests(RunningPlatform platform)
    {
        Platform = platform;
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            throw new InvalidOperationException($"The TypeScript compiler is not installed. Run ./test.sh, or in {Folder}: npm ci");
        }
    }

    private RunningPlatform Platform { get; }

    [Fact]
    public async Task Its_types_are_those_of_the_document_that_the_platform_serves()
    {
        var served = await ServedAsync();
        var (document, types) = (Path.Combine(Folder, "openapi.json"), Path.Combine(Folder, "src", "schema.ts"));
        if (Writes)
        {
            await File.WriteAllTextAsync(document, served);
        }

        Assert.Equal(served, await File.ReadAllTextAsync(document));
        using var folder = new TemporaryFolder();
        var made = Path.Combine(folder.Path, "schema.ts");
        await NodeAsync("npm", ["run", "--silent", "types", "--", made]);
        if (Writes)
        {
            File.Copy(made, types, overwrite: true);
        }

        Assert.Equal(await File.ReadAllTextAsync(made), await File.ReadAllTextAsync(types));
    }

    [Fact]
    public async Task Its_own_tests_pass_against_the_running_platform()
    {
        await CompileAsync();

        var tests = Directory.GetFiles(Path.Combine(Folder, "dist", "test"), "*.test.js");
        var told = await NodeAsync("node", ["--test", "--test-reporter=tap", .. tests]);

        Assert.Contains("# fail 0", told, StringComparison.Ordinal);
        Assert.Contains("# skipped 0", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_of_its_readme_runs()
    {
        var sample = Block().Match(await File.ReadAllTextAsync(Path.Combine(Folder, "README.md"))).Groups["code"].Value
            .Replace("\"batchplatform\"", "\"../../src/index.js\"", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8080", Platform.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("choose-a-long-admin-key", RunningPlatform.Key, StringComparison.Ordinal);
        var generated = Directory.CreateDirectory(Path.Combine(Folder, "test", "generated"));
        await File.WriteAllTextAsync(Path.Combine(generated.FullName, "readme.ts"), sample);
        await CompileAsync();

        var told = await NodeAsync("node", ["dist/test/generated/readme.js"]);

        Assert.Contains("Lisbon: Completed", told, StringComparison.Ordinal);
        Assert.Contains("2 of 2", told, StringComparison.Ordinal);
    }

    private static Task<string> CompileAsync() => ShellCommand.RunAsync("npm", ["run", "--silent", "build"], folder: Folder);

    private async Task<string> ServedAsync()
    {
        using var client = new HttpClient { BaseAddress = Platform.Address };
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));
        return JsonSerializer.Serialize(document.RootElement, Indented) + "\n";
    }

    private Task<string> NodeAsync(string program, IEnumerable<string> arguments) => ShellCommand.RunAsync(program, arguments, folder: Folder, environment: new Dictionary<string, string?>
    {
        ["BP_URL"] = Platform.Address.ToString().TrimEnd('/'),
        ["BP_KEY"] = RunningPlatform.Key,
    });

    [GeneratedRegex("```ts\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block();
}

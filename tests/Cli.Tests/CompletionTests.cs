using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>Shells complete commands by asking the program.</summary>
public sealed class CompletionTests : IDisposable
{
    public static readonly TheoryData<string, string> Lines = new() { { "bp ret", "retry-failed" }, { "bp submit --priority h", "high" }, { "bp upstreams i", "import" } };

    private readonly Bp _bp = new(new Uri("http://127.0.0.1:1"));

    public void Dispose() => _bp.Dispose();

    [Theory]
    [InlineData("bp ret", "retry-failed")]
    [InlineData("bp submit --prio", "--priority")]
    [InlineData("bp submit --priority h", "high highest")]
    [InlineData("bp upstreams i", "import")]
    [InlineData("bp results x --format c", "csv")]
    [InlineData("bp completion f", "fish")]
    public async Task Bash_completes(string line, string expected)
    {
        await WriteProgramAsync();
        var words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        _bp.Folder.Write("complete.sh", $$"""
            PATH=$PWD:$PATH
            eval "$(bp completion bash)"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{words}}) COMP_CWORD={{line.Split(' ').Length - 1}}
            _bp && echo "${COMPREPLY[@]}"
            """);

        Assert.Equal(expected, await ShellAsync("bash", "complete.sh"));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Fish_completes(string line, string expected)
    {
        await WriteProgramAsync();
        _bp.Folder.Write("complete.fish", $"""
            set PATH $PWD $PATH
            bp completion fish | source
            complete -C '{line}'
            """);

        Assert.Contains(expected, (await ShellAsync("fish", "--no-config", "complete.fish")).Split('\n'));
    }

    // As its line editor calls it; of what is offered it shows what begins with the word.
    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Zsh_completes(string line, string expected)
    {
        await WriteProgramAsync();
        _bp.Folder.Write("complete.zsh", $$"""
            PATH=$PWD:$PATH
            compdef() { [[ "$*" == '_bp bp' ]] || print "compdef $*" }
            compadd() { print -l -- "${(@P)2}" }
            _files() { }
            eval "$(bp completion zsh)"
            BUFFER='{{line}}' CURSOR={{line.Length}}
            _bp
            """);

        Assert.Contains(expected, (await ShellAsync("zsh", "-f", "complete.zsh")).Split('\n'));
    }

    // As it is installed: a program of that name on the path.
    private async Task WriteProgramAsync()
    {
        _bp.Folder.Write("bp", $"#!/bin/sh\nexec dotnet '{RepositoryPaths.BuiltDll(Bp.Project)}' \"$@\"\n");
        Assert.Equal("", await ShellAsync("chmod", "+x", "bp"));
    }

    private async Task<string> ShellAsync(string program, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(program, arguments) { WorkingDirectory = _bp.Folder.Path, RedirectStandardOutput = true, UseShellExecute = false };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }
}

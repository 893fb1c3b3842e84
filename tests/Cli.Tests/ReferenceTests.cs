using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using BatchPlatform.CommandLine;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>The reference in <c>docs/cli.md</c> is that of the commands that there are.</summary>
public sealed partial class ReferenceTests
{
    private const string Begin = "<!-- Written by ReferenceTests with BP_WRITE_DOCS=1. -->\n";
    private static readonly string Page = Path.Combine(RepositoryPaths.Root, "docs/cli.md");

    [Fact]
    public async Task It_is_up_to_date()
    {
        var text = await File.ReadAllTextAsync(Page);
        var whole = text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + Reference();
        if (Environment.GetEnvironmentVariable("BP_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Page, whole);
        }

        Assert.Equal(whole, await File.ReadAllTextAsync(Page));
    }

    [Fact]
    public async Task Every_command_that_the_page_shows_can_be_parsed()
    {
        var text = await File.ReadAllTextAsync(Page);
        var shown = Shown().Matches(text[..text.IndexOf(Begin, StringComparison.Ordinal)]).Select(match => match.Groups["command"].Value.Split(" #")[0].Split('|', '>')[0].Trim()).ToList();

        Assert.NotEmpty(shown);
        Assert.All(shown, command => Assert.Empty(CommandTree.Root().Parse(command.Replace("$id", $"{Guid.Empty}")[3..]).Errors));
    }

    [Fact]
    public void Every_command_and_option_says_what_it_is() =>
        Assert.All(Commands(CommandTree.Root(), "bp"), each => Assert.All(
            (IEnumerable<Symbol>)[each.Command, .. each.Command.Options, .. each.Command.Arguments],
            symbol => Assert.False(string.IsNullOrWhiteSpace(symbol.Description), $"{each.Path} {symbol.Name}")));

    private static string Reference()
    {
        var text = new StringBuilder();
        foreach (var (command, path) in Commands(CommandTree.Root(), "bp").Where(each => each.Command.Action is not null))
        {
            text.Append($"\n### {path}{string.Concat(command.Arguments.Select(argument => $" {Name(argument)}"))}\n\n{command.Description}\n");
            List<(string Name, string? Description)> parts =
            [
                .. command.Arguments.Select(argument => (Name(argument), argument.Description)),
                .. command.Options.Where(option => !option.Hidden).Select(option => (Name(option), option.Description)),
            ];
            text.Append(parts.Count == 0 ? "" : "\n").AppendJoin("", parts.Select(part => $"- `{part.Name}`: {part.Description}\n"));
        }

        return text.ToString();
    }

    private static IEnumerable<(Command Command, string Path)> Commands(Command command, string path) =>
        [(command, path), .. command.Subcommands.SelectMany(each => Commands(each, $"{path} {each.Name}"))];

    private static string Name(Argument argument) => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name;

    private static string Name(Option option) =>
        string.Join(", ", [option.Name, .. option.Aliases]) + (option.HelpName is { } value ? $" {value}" : "") + (option.Required ? " (must be given)" : "");

    [GeneratedRegex("^(?<command>bp .+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shown();
}

using System.CommandLine;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Prints what makes a shell complete our commands. The shell asks this program itself, by the directive <c>[suggest]</c>.</summary>
internal static class CompletionCommand
{
    public static Command Make()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", """Print a script that completes commands: eval "$(bp completion bash)", in ~/.bashrc; bp completion fish | source.""") { shell };
        command.SetAction(parsed => Console.Out.Write(Script(parsed.GetRequiredValue(shell))));
        return command;
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    private const string Bash = """
        _bp() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(bp "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _bp bp

        """;

    private const string Zsh = """
        _bp() {
          local -a found
          found=("${(@f)$(bp "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -a found
          _files
        }
        compdef _bp bp

        """;

    private const string Fish = """
        function __bp_complete
          set -l line (commandline -cp)
          bp "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c bp -a '(__bp_complete)'

        """;
}

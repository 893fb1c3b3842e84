using System.Text;
using System.Text.RegularExpressions;

namespace BatchPlatform.Testing.Walkthroughs;

/// <summary>Takes a command line apart as a shell does: quotes, variables, and lines that go on after a backslash.</summary>
public static partial class ShellWords
{
    public static IReadOnlyList<string> Of(string command, IReadOnlyDictionary<string, string> variables)
    {
        var words = new List<string>();
        foreach (Match match in Word().Matches(command.Replace("\\\n", " ")))
        {
            var word = new StringBuilder();
            foreach (Capture part in match.Groups["part"].Captures)
            {
                word.Append(part.Value[0] switch
                {
                    '\'' => part.Value[1..^1],
                    '"' => Expand(part.Value[1..^1].Replace("\\\"", "\""), variables),
                    _ => Expand(part.Value, variables),
                });
            }

            words.Add(word.ToString());
        }

        return words;
    }

    private static string Expand(string text, IReadOnlyDictionary<string, string> variables) => Variable().Replace(text, name => variables[name.Groups["name"].Value]);

    [GeneratedRegex("""(?<part>'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"]+)+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\$\{?(?<name>\w+)\}?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace BatchPlatform.Testing.Walkthroughs;

/// <summary>
/// A page that shows requests and their answers. A request is a fence <c>sh</c> that begins with <c>curl</c>, or with
/// <c>name=$(curl … | jq -r '.member')</c>, which keeps a member of the answer as <c>$name</c>; the member may stand deeper, as
/// <c>.batch.id</c>. Its answer is the fence that follows:
/// <c>json 201</c> says the status; <c>json 200 until</c> that the request is repeated until the answer is as printed;
/// <c>json 200 form</c> that only its form is; an empty fence is an answer without a body.
/// </summary>
public sealed partial class Walkthrough
{
    private readonly List<Step> _steps = [];

    /// <summary>The pages of a folder, by their paths below the repository's root.</summary>
    public static IEnumerable<string> PagesIn(string folder) =>
        Directory.GetFiles(System.IO.Path.Combine(RepositoryPaths.Root, folder), "*.md").Select(path => $"{folder}/{System.IO.Path.GetFileName(path)}").Order();

    /// <summary>Reads a page.</summary>
    public static Walkthrough Read(string path)
    {
        var page = new Walkthrough();
        var fences = Fence().Matches(File.ReadAllText(System.IO.Path.Combine(RepositoryPaths.Root, path)));
        foreach (var (place, fence) in fences.Index())
        {
            if (Request().Match(fence.Groups["text"].Value) is { Success: true } request && fence.Groups["info"].Value == "sh")
            {
                var answer = place + 1 < fences.Count ? Answer().Match(fences[place + 1].Groups["info"].Value) : Match.Empty;
                Assert.True(answer.Success, $"No answer follows: {request.Value}");
                page._steps.Add(new Step(
                    request.Groups["curl"].Value.Trim(),
                    request.Groups["name"].Value,
                    request.Groups["member"].Value,
                    int.Parse(answer.Groups["status"].Value),
                    Json(fences[place + 1].Groups["text"].Value),
                    answer.Groups["until"].Success,
                    answer.Groups["form"].Success));
            }
        }

        return page;
    }

    /// <summary>How many requests there are.</summary>
    public int Count => _steps.Count;

    /// <summary>Every request in order, with these variables; and the name that a member of its answer is kept under, if any.</summary>
    public IEnumerable<(CurlCommand Command, string Name, Func<JsonNode, string> MemberOf)> Requests(IReadOnlyDictionary<string, string> variables) =>
        _steps.Select(step => (CurlCommand.Parse(ShellWords.Of(step.Curl, variables)), step.Name, (Func<JsonNode, string>)step.MemberOf));

    /// <summary>Sends every request in order, and compares its answer with the printed one.</summary>
    public async Task ReplayAsync(HttpClient client, Dictionary<string, string> variables)
    {
        foreach (var step in _steps)
        {
            var command = CurlCommand.Parse(ShellWords.Of(step.Curl, variables));
            var reply = await command.SendAsync(client);
            if (step.Until)
            {
                await Eventually.Equal<string?>(null, async () => step.Difference(reply = await command.SendAsync(client)), because: step.Curl);
            }

            Assert.True(step.Difference(reply) is null, $"{step.Difference(reply)}\n{step.Curl}\n{reply}");
            if (step.Name.Length > 0)
            {
                variables[step.Name] = step.MemberOf(reply.Json);
            }
        }
    }

    [GeneratedRegex("^```(?<info>[^\\n]*)\\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\A(?:(?<name>\w+)=\$\()?(?<curl>curl .*?)(?:\| jq -r '\.(?<member>[^']+)'\))?\s*\z", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Request();

    [GeneratedRegex(@"\Ajson (?<status>\d{3})(?<until> until)?(?<form> form)?\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answer();

    private static JsonNode? Json(string text) => text.Length == 0 ? null : JsonNode.Parse(text);

    private sealed record Step(string Curl, string Name, string Member, int Status, JsonNode? Printed, bool Until, bool Form)
    {
        /// <summary>The member of a path such as <c>batch.id</c> or <c>pages[0]</c>.</summary>
        public string MemberOf(JsonNode answer) => Member.Replace("[", ".[").Split('.')
            .Aggregate(answer, (node, part) => part[0] == '[' ? node[int.Parse(part[1..^1])]! : node[part.Trim('"')]!)
            .ToString();

        public string? Difference(Reply reply) => reply.Status == Status ? Shape.Difference(Printed, Json(reply.Text), Form) : $"Status {Status} is printed, it is {reply.Status}";
    }
}

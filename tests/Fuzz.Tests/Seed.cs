using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>A valid request with words in place of ids and keys.</summary>
/// <param name="Name">Where it comes from: an operation, or a page.</param>
/// <param name="Request">With words.</param>
/// <param name="Kept">The name that a member of the answer is kept under; empty when none is.</param>
/// <param name="MemberOf">That member.</param>
internal sealed partial record Seed(string Name, FuzzRequest Request, string Kept, Func<JsonNode, string?>? MemberOf)
{
    /// <summary>What stands in a seed for the value of that name.</summary>
    public static string Word(string name) => $"VAR_{name}_RAV";

    /// <summary>The request with values in place of words; a value that is not known yet is another tenant's, or nobody's.</summary>
    public FuzzRequest Fill(IReadOnlyDictionary<string, string> values)
    {
        var target = Fill(Request.Target, values);
        return Request with
        {
            Target = target.StartsWith("http", StringComparison.Ordinal) ? new Uri(target).PathAndQuery : target,
            Headers = [.. Request.Headers.Select(header => (header.Name, Fill(header.Value, values)))],
            Body = Request.Body is null ? null : Encoding.UTF8.GetBytes(Fill(Encoding.UTF8.GetString(Request.Body), values)),
        };
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> values) =>
        Words().Replace(text, word => values.GetValueOrDefault(word.Groups["name"].Value, "0194a3f0-7b1c-7000-8000-000000000000"));

    [GeneratedRegex("VAR_(?<name>.+?)_RAV", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace BatchPlatform.Testing;

/// <summary>Compares an answer with one that is printed somewhere.</summary>
public static class Shape
{
    private const double FirstGenerated = 1_000_000;

    /// <summary>
    /// Null when the answer has the printed one's form: the same members with values of the same kinds, the same truths, and
    /// items one by one, or, of a list that is printed shorter, in the form of the first printed. A printed string with a digit
    /// or a colon in it stands for any other, and so does a number of a million and more, since ids and times are generated; the
    /// rest is compared unless only the form counts.
    /// </summary>
    public static string? Difference(JsonNode? printed, JsonNode? actual, bool formOnly = false, string at = "$") => (printed, actual) switch
    {
        (null, _) or (_, null) => ReferenceEquals(printed, actual) || formOnly ? null : $"{at}: {Text(printed)} is printed, it is {Text(actual)}",
        (JsonObject left, JsonObject right) => OfObjects(left, right, formOnly, at),
        (JsonArray left, JsonArray right) => OfArrays(left, right, formOnly, at),
        _ => OfValues(printed, actual, formOnly, at),
    };

    public static void Fits(string printed, JsonNode actual) => Assert.Null(Difference(JsonNode.Parse(printed), actual, formOnly: true));

    private static string? OfObjects(JsonObject printed, JsonObject actual, bool formOnly, string at)
    {
        var (left, right) = (printed.Select(member => member.Key).Order().ToList(), actual.Select(member => member.Key).Order().ToList());
        return left.SequenceEqual(right)
            ? FirstOf(left.Select(name => Difference(printed[name], actual[name], formOnly, $"{at}.{name}")))
            : $"{at}: {string.Join(", ", left)} are printed, there are {string.Join(", ", right)}";
    }

    private static string? OfArrays(JsonArray printed, JsonArray actual, bool formOnly, string at) => (printed.Count, actual.Count) switch
    {
        (0, 0) => null,
        (0, _) or (_, 0) => $"{at}: {printed.Count} items are printed, there are {actual.Count}",
        var (left, right) when left == right => FirstOf(actual.Select((item, place) => Difference(printed[place], item, formOnly, $"{at}[{place}]"))),
        _ => FirstOf(actual.Select((item, place) => Difference(printed[0], item, formOnly: true, $"{at}[{place}]"))),
    };

    private static string? OfValues(JsonNode printed, JsonNode actual, bool formOnly, string at)
    {
        var (left, right) = (Kind(printed, formOnly), Kind(actual, formOnly));
        if (left != right)
        {
            return $"{at}: {Text(printed)} is printed, it is {Text(actual)}";
        }

        return formOnly || IsGenerated(printed!) || JsonNode.DeepEquals(printed, actual) ? null : $"{at}: {Text(printed)} is printed, it is {Text(actual)}";
    }

    private static bool IsGenerated(JsonNode printed) => printed.GetValueKind() switch
    {
        JsonValueKind.String => ((string)printed!).Any(c => char.IsAsciiDigit(c) || c == ':'),
        JsonValueKind.Number => (double)printed >= FirstGenerated,
        _ => false,
    };

    private static string? FirstOf(IEnumerable<string?> differences) => differences.FirstOrDefault(difference => difference is not null);

    private static JsonValueKind Kind(JsonNode value, bool formOnly) =>
        formOnly && value.GetValueKind() == JsonValueKind.False ? JsonValueKind.True : value.GetValueKind();

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}

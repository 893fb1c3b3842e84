using System.Text.Json;
using BatchPlatform.Api.Schemas;

namespace BatchPlatform.Api.Tests.Schemas;

/// <summary>The cases of the JSON Schema Test Suite.</summary>
public sealed class SuiteTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Schemas", "Suite");

    // Draft 4 says these otherwise: flags beside bounds, lists of items, an id that moves references, the whole draft as a schema,
    // and that what stands beside a reference does not count.
    private static readonly string[] OnlyInDraft4 =
        ["exclusiveMaximum", "exclusiveMinimum", "additionalItems", "\"items\":[", "\"id\":", "http://json-schema.org", "http://localhost", "\"$ref\":\"#/definitions/reffed\",\"maxItems\""];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Values_fit_their_schemas_or_do_not(string file)
    {
        using var groups = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{file}.json")));
        var wrong = groups.RootElement.EnumerateArray().SelectMany(Wrong).ToList();
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_files_are_there() => Assert.InRange(Files.Count, 20, 100);

    private static IEnumerable<string> Wrong(JsonElement group)
    {
        var schema = group.GetProperty("schema");
        var text = JsonSerializer.Serialize(schema);
        if (OnlyInDraft4.Any(text.Contains))
        {
            return [];
        }

        var ready = JsonSchema.Compile(schema, new SharedSchemas(new Dictionary<string, JsonElement>()));
        return group.GetProperty("tests").EnumerateArray()
            .Where(test => ready.Check(test.GetProperty("data"), 100) is null != test.GetProperty("valid").GetBoolean())
            .Select(test => $"{group.GetProperty("description")}: {test.GetProperty("description")}");
    }
}

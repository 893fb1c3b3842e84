using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snappier;

namespace BatchPlatform.Contracts.Tests;

/// <summary>While services are replaced one after another two versions talk to each other: a reader takes what is new for nothing, and does without what is old.</summary>
public sealed class TwoVersionsTests
{
    private static readonly DateTime Time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly JsonObject Written = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "messages.json")))!.AsObject();

    public static TheoryData<string> Names => [.. SampleMessages.All.Select(message => message.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_that_this_version_does_not_know_are_passed_over(string name)
    {
        var newer = Written[name]!.DeepClone();
        AddUnknown(newer);

        Assert.True(JsonNode.DeepEquals(Written[name], ReadAndWrite(name, newer)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_that_came_later_may_be_missing(string name)
    {
        var older = Written[name]!.DeepClone().AsObject();
        var optional = TypeOf(name).GetConstructors().SelectMany(made => made.GetParameters()).Where(parameter => parameter.HasDefaultValue).ToList();
        foreach (var parameter in optional)
        {
            older.Remove(JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!));
        }

        var read = JsonSerializer.Deserialize(older, TypeOf(name), JsonSerializerOptions.Web)!;

        Assert.All(optional, parameter => Assert.Equal(Default(parameter), TypeOf(name).GetProperty(parameter.Name!)!.GetValue(read)));
    }

    [Fact]
    public void Blocks_keep_their_form()
    {
        var jobs = JobBlock.Pack([new PackedJob(7, 2, "invite", "{}"u8.ToArray(), 60)]);
        var outcomes = OutcomeBlock.Pack([new PackedOutcome(7, false, 503, "UPSTREAM_STATUS", "It is away.", 3, 17, Time, "[]"u8.ToArray())]);

        Assert.Equal("01000000070000000200000006000000696E76697465020000007B7D3C000000", Convert.ToHexString(PartsOf(jobs)));
        Assert.Equal(
            "010000000700000000000000F70100000F000000555053545245414D5F5354415455530B000000497420697320617761792E03000000110000008000B796AB49DE08020000005B5D",
            Convert.ToHexString(PartsOf(outcomes)));
    }

    [Fact]
    public void What_follows_the_last_item_of_a_block_is_passed_over()
    {
        var jobs = JobBlock.Pack([new PackedJob(7, 2, "invite", "{}"u8.ToArray(), 60)]);
        var outcomes = OutcomeBlock.Pack([new PackedOutcome(7, true, 200, null, null, 1, 17, Time, "[]"u8.ToArray())]);

        Assert.Equal(7, Assert.Single(JobBlock.Unpack(BlockOf([.. PartsOf(jobs), 1, 2, 3]))).Index);
        Assert.Equal(7, Assert.Single(OutcomeBlock.Unpack(BlockOf([.. PartsOf(outcomes), 1, 2, 3]))).Index);
    }

    private static byte[] PartsOf(byte[] block) => Snappy.DecompressToArray(block);

    private static byte[] BlockOf(byte[] parts) => Snappy.CompressToArray(parts);

    // At every level of the message that is a record; the keys of a dictionary are content.
    private static void AddUnknown(JsonNode node)
    {
        foreach (var item in node is JsonArray items ? [.. items] : node is JsonObject members ? members.Select(member => member.Value).ToList() : [])
        {
            if (item is JsonObject or JsonArray && !IsContent(item))
            {
                AddUnknown(item);
            }
        }

        if (node is JsonObject record)
        {
            record["addedLater"] = new JsonObject { ["by"] = "the next version" };
        }
    }

    private static bool IsContent(JsonNode node) => node.GetPropertyNameOrNull() is "headers" or "params" or "schema" or "schemas" or "value" or "actions";

    private static JsonNode ReadAndWrite(string name, JsonNode json) =>
        JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(json, TypeOf(name), JsonSerializerOptions.Web), TypeOf(name), JsonSerializerOptions.Web)!;

    private static Type TypeOf(string name) => SampleMessages.All.Single(message => message.GetType().Name == name).GetType();

    private static object? Default(ParameterInfo parameter) =>
        parameter.DefaultValue is { } value && parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, value) : parameter.DefaultValue;
}

internal static class Nodes
{
    /// <summary>The member's name; null of an array's item.</summary>
    public static string? GetPropertyNameOrNull(this JsonNode node) => node.Parent is JsonObject ? node.GetPropertyName() : null;
}

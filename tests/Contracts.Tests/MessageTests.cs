using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Contracts.Tests;

/// <summary>
/// Services of two versions run side by side during an update, and the outbox keeps messages across one: so what a message
/// looks like as JSON is written down in <c>messages.json</c>. Members may be added there; a renamed or removed one breaks
/// whoever still sends or keeps the old form.
/// </summary>
public sealed class MessageTests
{
    private static readonly JsonObject Written = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "messages.json")))!.AsObject();

    public static TheoryData<string> Names => [.. SampleMessages.All.Select(message => message.GetType().Name)];

    [Fact]
    public void Every_record_of_the_contracts_is_written_down()
    {
        var records = typeof(IBatchCommand).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.GetMethod("<Clone>$") is not null)
            .Select(type => type.Name)
            .Order();

        Assert.Equal(records, SampleMessages.All.Select(message => message.GetType().Name).Order());
        Assert.Equal(records, Written.Select(entry => entry.Key).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_keeps_its_form(string name)
    {
        var message = Sample(name);

        var json = JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web);

        Assert.True(JsonNode.DeepEquals(Written[name], json), $"{name} is now:\n{json}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_that_is_written_down_can_be_read(string name)
    {
        var type = Sample(name).GetType();

        var message = Written[name].Deserialize(type, JsonSerializerOptions.Web);

        Assert.True(JsonNode.DeepEquals(Written[name], JsonSerializer.SerializeToNode(message, type, JsonSerializerOptions.Web)));
    }

    [Fact]
    public void A_reply_without_a_code_is_an_acceptance()
    {
        Assert.True(new CommandReply(Guid.Empty, null, null, BatchState.Created, 0, 0).Accepted);
        Assert.False(new CommandReply(Guid.Empty, ErrorCodes.BatchRunning, null, BatchState.Running, 0, 0).Accepted);
    }

    private static object Sample(string name) => SampleMessages.All.Single(message => message.GetType().Name == name);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace BatchPlatform.Api.Tests;

/// <summary>What operators see and do of messages that nobody could handle.</summary>
public sealed class DeadLettersTests(RabbitVirtualHost rabbit) : IClassFixture<RabbitVirtualHost>
{
    private const string Canary = "canary-7f3a";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Parked_messages_are_shown_without_their_content_unless_asked_for_and_put_back()
    {
        await using var app = await ApiApp.StartAsync(new Dictionary<string, string?> { ["Bus:Transport"] = "RabbitMq", ["ConnectionStrings:Bus"] = rabbit.ConnectionString });
        var (message, batch) = (Guid.NewGuid(), Guid.NewGuid());
        await ParkAsync(Queues.ErrorsOf(Queues.BatchLifecycle), message, batch);

        var shown = await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters");

        var queue = Assert.Single(shown.Body!["items"]!.AsArray())!;
        Assert.Equal(("batch-lifecycle", 1), ((string?)queue["queue"], (int)queue["count"]!));
        AssertShown(Assert.Single(queue["messages"]!.AsArray())!, message, batch);
        Assert.DoesNotContain(Canary, shown.Body!.ToJsonString(), StringComparison.Ordinal);
        var read = (await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters?content=true")).Body!["items"]![0]!["messages"]![0]!;
        Assert.Equal($$"""{"batchId":"{{batch}}","name":"{{Canary}}","jobs":["{{new string('x', 200)}}…"]}""", read["content"]!.ToJsonString(Readable));
        (await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters?content=yes")).IsProblem(400, ErrorCodes.InvalidParameter);

        (await app.Client.PostAsync("/v1/dead-letters/redrive", """{"queue":"elsewhere"}""")).IsProblem(422, ErrorCodes.InvalidField);
        Assert.Equal("""{"items":[]}""", (await app.Client.PostAsync("/v1/dead-letters/redrive", """{"queue":"slices"}""")).Body!.ToJsonString());
        Assert.Equal("""{"items":[{"queue":"batch-lifecycle","redriven":1}]}""", (await app.Client.PostAsync("/v1/dead-letters/redrive")).Body!.ToJsonString());
        Assert.Equal("""{"items":[]}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters")).Body!.ToJsonString());
        var told = await app.Client.ListAsync($"/v1/audit?action={AuditActions.DeadLettersRedrive}");
        Assert.Equal([null, "slices"], told.Select(entry => (string?)entry["detail"]));
    }

    [Fact]
    public async Task In_one_process_there_are_none_and_a_broker_that_is_away_is_told()
    {
        await using var app = await ApiApp.StartAsync();
        Assert.Equal("""{"items":[]}""", (await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters")).Body!.ToJsonString());
        Assert.Equal("""{"items":[]}""", (await app.Client.PostAsync("/v1/dead-letters/redrive")).Body!.ToJsonString());

        var configuration = app.Services.GetRequiredService<IConfiguration>();
        (configuration["Bus:Transport"], configuration["ConnectionStrings:Bus"]) = ("RabbitMq", "amqp://guest:guest@127.0.0.1:1/");

        (await app.Client.SendAsync(HttpMethod.Get, "/v1/dead-letters")).IsProblem(503, ErrorCodes.Unavailable);
        (await app.Client.PostAsync("/v1/dead-letters/redrive")).IsProblem(503, ErrorCodes.Unavailable);
    }

    private static void AssertShown(JsonNode letter, Guid message, Guid batch)
    {
        Assert.Equal((message, batch), ((Guid)letter["message_id"]!, (Guid)letter["batch_id"]!));
        Assert.Equal((nameof(StopBatch), "exception", "System.Exception"), ((string?)letter["type"], (string?)letter["reason"], (string?)letter["exception_type"]));
        Assert.Equal(("A.Consumer", new DateTime(2026, 1, 2, 3, 4, 5)), ((string?)letter["consumer"], (DateTime)letter["parked_at"]!));
    }

    private async Task ParkAsync(string queue, Guid message, Guid batch)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbit.ConnectionString) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var body = $$$"""{"messageType":["urn:message:BatchPlatform.Contracts:StopBatch"],"message":{"batchId":"{{{batch}}}","name":"{{{Canary}}}","jobs":["{{{new string('x', 300)}}}"]} }""";
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties
        {
            MessageId = message.ToString(),
            Headers = new Dictionary<string, object?>
            {
                ["MT-Reason"] = "fault",
                ["MT-Fault-ExceptionType"] = "System.Exception",
                ["MT-Fault-Message"] = Canary,
                ["MT-Fault-StackTrace"] = Canary,
                ["MT-Fault-ConsumerType"] = "A.Consumer",
                ["MT-Fault-Timestamp"] = "2026-01-02T03:04:05Z",
            },
        }, Encoding.UTF8.GetBytes(body));
    }
}

using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>How services behave around their start, and with messages that nobody can handle.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_service_started_before_the_schema_waits_says_so_and_goes_on()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var bus = await RabbitVirtualHost.CreateAsync();
        var environment = Environment(database, bus);
        await using var service = await ServiceProcess.LaunchAsync("services/orchestrator", environment);
        await Eventually.True(() => service.Output.Contains("migrate", StringComparison.Ordinal), "it says what it waits for");
        Assert.False(service.HasExited);

        await using var migrate = await ServiceProcess.LaunchAsync("services/orchestrator", environment, ["migrate"]);
        Assert.Equal(0, await migrate.WaitForExitAsync());
        Assert.Equal("The schema is up to date.", migrate.Output.Trim());

        await service.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task A_message_that_cannot_be_handled_ends_in_the_error_queue()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var bus = await RabbitVirtualHost.CreateAsync();
        var environment = Environment(database, bus);
        await using (var migrate = await ServiceProcess.LaunchAsync("services/orchestrator", environment, ["migrate"]))
        {
            Assert.Equal(0, await migrate.WaitForExitAsync());
        }

        await using var service = await ServiceProcess.StartAsync("services/orchestrator", environment);
        var poison = new
        {
            properties = new { content_type = "application/vnd.masstransit+json" },
            routing_key = "",
            payload = """{"messageType":["urn:message:BatchPlatform.Contracts:ReportOutcomes"],"message":{"outcomes":"not base64"}}""",
            payload_encoding = "string",
        };
        using var body = new StringContent(JsonSerializer.Serialize(poison), Encoding.UTF8, "application/json");
        using var published = await bus.Api.PostAsync($"exchanges/{bus.Name}/{Queues.Outcomes}/publish", body);
        Assert.True(published.IsSuccessStatusCode);

        await Eventually.Equal(1, async () =>
        {
            var queue = JsonDocument.Parse(await bus.Api.GetStringAsync($"queues/{bus.Name}/{Queues.Outcomes}_error"));
            return queue.RootElement.GetProperty("messages").GetInt32();
        });
    }

    private static Dictionary<string, string?> Environment(PostgresDatabase database, RabbitVirtualHost bus) => new()
    {
        ["Store__Provider"] = "Postgres",
        ["ConnectionStrings__Store"] = database.ConnectionString,
        ["Bus__Transport"] = "RabbitMq",
        ["ConnectionStrings__Bus"] = bus.ConnectionString,
    };
}

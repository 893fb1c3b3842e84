using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Traject;

/// <summary>The vendor's page: a batch is updated to run weekly, on Monday at 8am.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SeedTests(DialectHost host)
{
    private readonly TrajectClient _client = new(host.Client);

    public static TheoryData<string, HttpContent> Bodies => new()
    {
        // -d schedule_type="weekly" -d … of curl, and http_build_query of PHP
        { "form", Http.Form(("schedule_type", "weekly"), ("schedule_days_of_week", "1"), ("schedule_hours", "8")) },
        // axios and Python's json=
        { "JSON", Http.Json("""{"schedule_type":"weekly","schedule_days_of_week":"1","schedule_hours":"8"}""") },
        { "JSON with lists", Http.Json("""{"schedule_type":"weekly","schedule_days_of_week":[1],"schedule_hours":[8]}""") },
        { "a form of PHP with lists", Http.Form(("schedule_type", "weekly"), ("schedule_days_of_week[0]", "1"), ("schedule_hours[0]", "8")) },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_batch_is_updated_to_run_weekly_on_monday_at_eight(string _, HttpContent body)
    {
        var id = await _client.BatchAsync();

        var reply = await _client.AskAsync(HttpMethod.Put, id, body);

        Assert.Equal(200, reply.Status);
        Assert.True((bool)reply.Json["request_info"]!["success"]!);
        var batch = reply.Json["batch"]!;
        Assert.Equal(id, (string)batch["id"]!);
        Assert.Equal("weekly", (string)batch["schedule_type"]!);
        Assert.True(JsonNode.DeepEquals(batch["schedule_days_of_week"], new JsonArray(1)));
        Assert.True(JsonNode.DeepEquals(batch["schedule_hours"], new JsonArray(8)));
        var next = DateTimeOffset.Parse((string)batch["next_run"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((DayOfWeek.Monday, 8, 0), (next.DayOfWeek, next.Hour, next.Minute));
    }

    [Fact]
    public async Task A_batch_can_only_be_updated_when_it_is_not_running()
    {
        await using var held = await HeldSearches.HoldAsync(host);
        var id = await _client.BatchAsync("""{"q":"London"}""");
        await _client.GetAsync($"{id}/start");

        var refused = await _client.AskAsync(HttpMethod.Put, id, Http.Form(("schedule_type", "manual")));
        await _client.GetAsync($"{id}/stop");
        var taken = await _client.AskAsync(HttpMethod.Put, id, Http.Form(("schedule_type", "manual")));

        Assert.Equal((400, 200), (refused.Status, taken.Status));
        Assert.False((bool)refused.Json["request_info"]!["success"]!);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Tests;

/// <summary>What the api makes of a client's schedule before the lifecycle gets it.</summary>
public sealed class ScheduleTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task A_schedule_goes_to_the_lifecycle_as_it_was_given()
    {
        var id = await app.Client.CreateAsync("""
            {"schedule":{"kind":"minutes","minutes":"every_5_minutes","hours":[9,17],"days_of_week":[1],"days_of_month":[1,31],
             "time_zone":"Europe/Berlin","enabled":false,"overlap":"queue","missed":"once","jitter_seconds":20}}
            """);

        var schedule = Created(id).Schedule!;
        Assert.Equal(
            (ScheduleKind.Minutes, "every_5_minutes", "Europe/Berlin", false, OverlapPolicy.Queue, MissedPolicy.Once, 20),
            (schedule.Kind, schedule.Minutes, schedule.TimeZone, schedule.Enabled, schedule.Overlap, schedule.Missed, schedule.JitterSeconds));
        Assert.Equal([9, 17], schedule.Hours!);
        Assert.Equal([1], schedule.DaysOfWeek!);
        Assert.Equal([1, 31], schedule.DaysOfMonth!);
    }

    [Fact]
    public async Task A_schedule_without_a_time_zone_gets_that_of_the_tenant()
    {
        var id = await app.Client.CreateAsync("""{"schedule":{"kind":"cron","cron":"0 9 * * MON-FRI"}}""");
        Assert.Equal("UTC", Created(id).Schedule!.TimeZone);

        await PutTenantAsync("""{"time_zone":"America/New_York"}""");
        try
        {
            id = await app.Client.CreateAsync("""{"schedule":{"kind":"cron","cron":"0 9 * * MON-FRI"}}""");
            Assert.Equal("America/New_York", Created(id).Schedule!.TimeZone);

            await PatchAsync(await app.Client.CreateAsync(), """{"schedule":{"kind":"daily","hours":[9]}}""");
            Assert.Equal("America/New_York", (string?)LastPatch()["schedule"]!["time_zone"]);
            await PatchAsync(id, """{"schedule":null}""");
            Assert.Equal("""{"schedule":null}""", LastPatch().ToJsonString());
        }
        finally
        {
            await PutTenantAsync("{}");
        }
    }

    [Theory]
    [InlineData("""{"kind":"hourly"}""", "schedule.kind")]
    [InlineData("""{"kind":1}""", "schedule.kind")]
    [InlineData("""{"kind":"daily"}""", "schedule.hours")]
    [InlineData("""{"kind":"weekly","hours":[9]}""", "schedule.days_of_week")]
    [InlineData("""{"kind":"daily","hours":["9"]}""", "schedule.hours[0]")]
    [InlineData("""{"kind":"daily","hours":[24]}""", "schedule.hours")]
    [InlineData("""{"kind":"cron","cron":"every day"}""", "schedule.cron")]
    [InlineData("""{"kind":"cron","cron":"0 0 31 4 *"}""", "schedule.cron")]
    [InlineData("""{"time_zone":"Berlin"}""", "schedule.time_zone")]
    [InlineData("""{"overlap":"restart"}""", "schedule.overlap")]
    [InlineData("""{"jitter_seconds":4000}""", "schedule.jitter_seconds")]
    [InlineData("""{"every":"day"}""", "schedule.every")]
    [InlineData("7", "schedule")]
    public async Task A_bad_schedule_is_refused_with_its_field_named(string schedule, string field)
    {
        var batch = await app.Client.CreateAsync();
        var before = app.Lifecycle.Commands.Count;

        foreach (var reply in new[] { await app.Client.PostAsync("/v1/batches", $$"""{"schedule":{{schedule}}}"""), await PatchAsync(batch, $$"""{"schedule":{{schedule}}}""") })
        {
            reply.IsProblem(422, "INVALID_FIELD");
            Assert.Equal(field, Assert.Single(reply.Fields));
        }

        Assert.Equal(before, app.Lifecycle.Commands.Count);
    }

    [Fact]
    public async Task A_patch_is_checked_against_the_schedule_that_it_changes()
    {
        var id = await app.Client.CreateAsync("""{"schedule":{"kind":"daily","hours":[9]}}""");

        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(id, """{"schedule":{"enabled":false}}""")).Status);
        Assert.Equal("""{"schedule":{"enabled":false}}""", LastPatch().ToJsonString());
        Assert.Equal(["schedule.hours", "schedule.cron"], (await PatchAsync(id, """{"schedule":{"kind":"cron"}}""")).Fields);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(id, """{"schedule":{"kind":"cron","hours":null,"cron":"0 9 * * *"}}""")).Status);
    }

    [Fact]
    public async Task A_batch_shows_its_schedule_and_null_where_nothing_is_planned()
    {
        var reply = await app.Client.PostAsync("/v1/batches", """{"schedule":{"kind":"daily","hours":[9]}}""");

        Assert.Equal(
            """{"kind":"daily","minutes":null,"hours":[9],"days_of_week":null,"days_of_month":null,"cron":null,"time_zone":"UTC","enabled":true,"overlap":"skip","missed":"skip","jitter_seconds":0,"last_fire":null}""",
            reply.Body!["schedule"]!.ToJsonString());
        Assert.Null(reply.Body["next_run_at"]);
        Assert.Null((await app.Client.PostAsync("/v1/batches")).Body!["schedule"]);
    }

    [Theory]
    [InlineData("\"Mars/Olympus\"")]
    [InlineData("null")]
    [InlineData("7")]
    public async Task A_tenants_time_zone_must_be_one(string zone)
    {
        var reply = await PutTenantAsync($$"""{"time_zone":{{zone}}}""");

        reply.IsProblem(422, "INVALID_FIELD");
        Assert.Equal("time_zone", Assert.Single(reply.Fields));
    }

    private CreateBatch Created(Guid id) => app.Lifecycle.Commands.OfType<CreateBatch>().Single(command => command.BatchId == id);

    private JsonNode LastPatch() => JsonNode.Parse(app.Lifecycle.Commands.OfType<UpdateBatch>().Last().Patch)!;

    private Task<Reply> PutTenantAsync(string body) => app.Client.SendAsync(HttpMethod.Put, "/v1/tenants/default", Http.Text(body, "application/json"));

    private Task<Reply> PatchAsync(Guid batch, string patch) =>
        app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", Http.Text(patch, "application/merge-patch+json"));
}

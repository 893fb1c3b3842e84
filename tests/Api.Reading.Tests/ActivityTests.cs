using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class ActivityOnSqliteTests(SqliteApp app) : ActivityTests<SqliteApp>(app);

public sealed class ActivityOnPostgresTests(PostgresApp app) : ActivityTests<PostgresApp>(app);

public abstract class ActivityTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Points_come_in_order_with_none_left_out()
    {
        await StepAsync(Tenant, secondsAgo: 30, completed: 5, failed: 1, 10, 20);
        await StepAsync(Tenant, secondsAgo: 30, completed: 2, failed: 0, 10);
        await StepAsync(Tenant, secondsAgo: 60, completed: 9, failed: 0);
        await StepAsync(Tenant, secondsAgo: 70, completed: 100, failed: 100);

        var activity = await Tenant.GetAsync("/v1/activity?minutes=1");

        var points = activity.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal(10, activity.GetProperty("step_seconds").GetInt32());
        Assert.Equal([9, 0, 0, 7, 0, 0], points.Select(point => point.GetProperty("completed").GetInt32()));
        Assert.Equal([0, 0, 0, 1, 0, 0], points.Select(point => point.GetProperty("failed").GetInt32()));
        Assert.InRange(points[3].GetProperty("duration_p50_ms").GetDouble(), 7, 10);
        Assert.InRange(points[3].GetProperty("duration_p95_ms").GetDouble(), 15, 20);
        Assert.Equal("Null", points[1].GetProperty("duration_p50_ms").ValueKind.ToString());
    }

    [Fact]
    public async Task A_point_has_the_most_that_was_seen_waiting()
    {
        await StepAsync(Tenant, secondsAgo: 20, step => (step.Pending, step.Queued, step.Processing) = (500, 40, 8));
        await StepAsync(Tenant, secondsAgo: 20, step => (step.Pending, step.Queued, step.Processing) = (450, 60, 8));

        var points = (await Tenant.GetAsync("/v1/activity?minutes=1")).GetProperty("points").EnumerateArray().ToList();

        Assert.Equal([0, 0, 0, 0, 500, 0], points.Select(point => point.GetProperty("pending").GetInt32()));
        Assert.Equal([0, 0, 0, 0, 60, 0], points.Select(point => point.GetProperty("queued").GetInt32()));
        Assert.Equal([0, 0, 0, 0, 8, 0], points.Select(point => point.GetProperty("processing").GetInt32()));
    }

    [Theory]
    [InlineData(60, 10, 360)]
    [InlineData(61, 20, 183)]
    [InlineData(1440, 240, 360)]
    public async Task A_longer_time_has_longer_steps(int minutes, int step, int points)
    {
        await StepAsync(Tenant, secondsAgo: 10, completed: 1, failed: 0);
        await StepAsync(Tenant, secondsAgo: 600, completed: 1, failed: 0);

        var activity = await Tenant.GetAsync($"/v1/activity?minutes={minutes}");

        Assert.Equal((step, points), (activity.GetProperty("step_seconds").GetInt32(), activity.GetProperty("points").GetArrayLength()));
        Assert.Equal(2, activity.GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("completed").GetInt32()));
    }

    [Fact]
    public async Task What_waits_is_told_of_batches_under_way()
    {
        var batch = await Tenant.BatchAsync(jobs: 10, BatchState.Running, change: row => row.Run = 1);
        var run = await Tenant.RunAsync(batch, change: row => row.Completed = 1);
        await Tenant.SliceAsync(run, SliceState.Queued, remaining: 2, [(1, 1), (2, 1)]);
        await Tenant.SliceAsync(run, SliceState.Taken, remaining: 3, [(3, 1), (4, 1), (5, 1)]);
        await Tenant.SliceAsync(run, SliceState.Returned, remaining: 1, [(6, 1)]);
        var stopped = await Tenant.BatchAsync(jobs: 7, BatchState.Stopped, change: row => row.Run = 1);
        await Tenant.RunAsync(stopped);

        var now = (await Tenant.GetAsync("/v1/activity")).GetProperty("now");

        Assert.Equal(
            (1, 4, 2, 3),
            (now.GetProperty("running_batches").GetInt32(), now.GetProperty("pending").GetInt32(), now.GetProperty("queued").GetInt32(), now.GetProperty("processing").GetInt32()));
    }

    [Fact]
    public async Task Other_tenants_are_an_admins_to_see()
    {
        using var other = App.NewTenant();
        await StepAsync(other, secondsAgo: 10, completed: 3, failed: 0);

        Assert.Equal(0, await CompletedAsync("/v1/activity?minutes=1"));
        await Tenant.RefusedAsync($"/v1/activity?tenant={other.Name}", HttpStatusCode.Forbidden, ErrorCodes.Forbidden);
        await Tenant.RefusedAsync("/v1/activity?tenant=*", HttpStatusCode.Forbidden, ErrorCodes.Forbidden);

        Tenant.Client.DefaultRequestHeaders.Add("X-Scope", "admin");
        Assert.Equal(3, await CompletedAsync($"/v1/activity?minutes=1&tenant={other.Name}"));
        Assert.True(await CompletedAsync("/v1/activity?minutes=1&tenant=*") >= 3);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1441")]
    [InlineData("x")]
    public Task Only_the_last_day_can_be_asked_for(string minutes) =>
        Tenant.RefusedAsync($"/v1/activity?minutes={minutes}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "minutes");

    private async Task<int> CompletedAsync(string path) =>
        (await Tenant.GetAsync(path)).GetProperty("points").EnumerateArray().Sum(point => point.GetProperty("completed").GetInt32());

    private Task StepAsync(Tenant tenant, int secondsAgo, int completed, int failed, params int[] milliseconds) =>
        StepAsync(tenant, secondsAgo, step => (step.Completed, step.Failed, step.Durations) = (completed, failed, CallDurations.Of(milliseconds)));

    // The clock of these tests stands at a whole minute.
    private Task StepAsync(Tenant tenant, int secondsAgo, Action<ActivityStep> fill)
    {
        var step = new ActivityStep { Tenant = tenant.Name, At = App.Now.AddSeconds(-secondsAgo), Orchestrator = Guid.NewGuid() };
        fill(step);
        return tenant.SaveAsync(db => db.Activity.Add(step));
    }
}

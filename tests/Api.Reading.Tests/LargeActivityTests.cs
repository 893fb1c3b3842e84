using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>A day of many tenants is added up while it is read.</summary>
[Collection(nameof(LargeDownloads))]
public sealed class LargeActivityTests(PostgresApp app) : ReadingTests<PostgresApp>(app)
{
    private const int Tenants = 8;
    private const int Minutes = 24 * 60;
    private const int Steps = Minutes * 60 / ActivityStep.Seconds;
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Activity_needs_the_memory_of_a_point_however_many_steps_there_are()
    {
        Tenant.MakeAdmin();
        await Tenant.WriteAsync(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO activity (tenant, at, orchestrator, completed, failed, durations, pending, queued, processing)
            SELECT 'tenant ' || tenant, {App.Now} - step * interval '10 seconds', gen_random_uuid(), 1, 0, '0,0,0,0,1,2,3,4,5,6,7,8,9', 1, 0, 0
            FROM generate_series(1, {Tenants}) tenant, generate_series(1, {Steps}) step
            """));
        await Tenant.GetAsync("/v1/activity?minutes=1&tenant=*");
        var before = LargeDownloads.LiveBytes();
        var most = 0L;

        var asked = Tenant.GetAsync($"/v1/activity?minutes={Minutes}&tenant=*");
        while (!asked.IsCompleted)
        {
            most = Math.Max(most, LargeDownloads.LiveBytes());
            await Task.WhenAny(asked, Task.Delay(Pause, TimeProvider.System));
        }

        var points = (await asked).GetProperty("points").EnumerateArray().ToList();
        Assert.Equal(Tenants * Steps, points.Sum(point => point.Int("completed")));
        Assert.All(points, point => Assert.Equal(Tenants, point.Int("pending")));
        Assert.InRange(most - before, long.MinValue, 8 * MiB);
    }
}

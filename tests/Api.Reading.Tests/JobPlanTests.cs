using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>However many jobs a batch has, a search reads those that an index finds: what PostgreSQL does for it, over 20,000 outcomes.</summary>
public sealed class JobPlanTests(PostgresApp app) : ReadingTests<PostgresApp>(app)
{
    private const int Jobs = 20_000;
    private const int FailedJobs = 20;

    [Theory]
    [InlineData("error_code=UPSTREAM_STATUS", FailedJobs)]
    [InlineData("error_code=UPSTREAM_STATUS&state=Failed", FailedJobs)]
    [InlineData("error_code=WORKER_LOST", 0)]
    [InlineData("state=Failed", FailedJobs)]
    public async Task Jobs_that_failed_are_looked_for_among_the_failed_ones(string query, int found)
    {
        var batch = await Tenant.BatchAsync(Jobs, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(
            await Tenant.RunAsync(batch), [.. Enumerable.Range(0, Jobs).Select(index => index % (Jobs / FailedJobs) == 7 ? Tenant.Failed(index) : Tenant.Completed(index))]);
        await Tenant.WriteAsync(db => db.Database.ExecuteSqlRawAsync("ANALYZE"));

        App.Queries.Clear();
        var page = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/jobs?{query}");

        Assert.Equal(found, page.Items().Length);
        var reads = AskedQueries.ReadsOf("outcomes", await App.Queries.StepsAsync(App.ConnectionString));
        Assert.NotEmpty(reads);
        Assert.All(reads, read => Assert.InRange(read.Rows, 0, FailedJobs));
    }
}

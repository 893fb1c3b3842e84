using System.Net;
using BatchPlatform.Contracts;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class ErrorOnSqliteTests(SqliteApp app) : ErrorTests<SqliteApp>(app);

public sealed class ErrorOnPostgresTests(PostgresApp app) : ErrorTests<PostgresApp>(app);

/// <summary>Why the jobs of a batch failed, grouped.</summary>
public abstract class ErrorTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Failed_jobs_are_grouped_by_code_and_message_the_most_frequent_first()
    {
        var batch = await Tenant.BatchAsync(jobs: 6, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch),
            Failed(5, "A", "often"), Failed(1, "A", "often"), Failed(3, "A", "often"), Failed(2, "A", "once"), Failed(0, "B", "often"), Tenant.Completed(4));

        var errors = await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/errors");

        Assert.Equal([("A", "often", 3, 1), ("B", "often", 1, 0), ("A", "once", 1, 2)], errors.Items().Select(Group));
        Assert.Equal((5, 5), (errors.Int("failed"), errors.Int("counted")));
    }

    [Fact]
    public async Task The_latest_run_counts_unless_another_is_asked_for()
    {
        var batch = await Tenant.BatchAsync(jobs: 2, BatchState.Running, b => b.Run = 2);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), Failed(0, "A", "first"), Failed(1, "A", "first"));
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch, number: 2, root: 1), Failed(1, "B", "second"), Tenant.Completed(0));

        Assert.Equal([("B", "second", 1, 1)], (await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/errors")).Items().Select(Group));
        Assert.Equal([("A", "first", 2, 0)], (await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/errors?run=1")).Items().Select(Group));
    }

    [Fact]
    public async Task A_batch_that_has_not_run_or_without_failures_has_none()
    {
        var batch = await Tenant.BatchAsync(jobs: 1);
        Assert.Empty((await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/errors")).Items());

        var done = await Tenant.BatchAsync(jobs: 1, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(done), Tenant.Completed(0));
        Assert.Empty((await Tenant.GetAsync($"/v1/batches/{done.CorrelationId}/errors")).Items());
    }

    [Fact]
    public async Task There_are_no_more_than_a_hundred_groups_and_long_messages_are_cut()
    {
        var batch = await Tenant.BatchAsync(jobs: 150, BatchState.Finished, b => b.Run = 1);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), [.. Enumerable.Range(0, 150).Select(index => Failed(index, "A", $"{index} {new string('x', 400)}"))]);

        var groups = (await Tenant.GetAsync($"/v1/batches/{batch.CorrelationId}/errors")).Items();

        Assert.Equal(100, groups.Length);
        Assert.All(groups, group => Assert.Equal(300, group.Text("message")!.Length));
    }

    [Theory]
    [InlineData("run=0", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter)]
    [InlineData("run=7", HttpStatusCode.NotFound, ErrorCodes.RunNotFound)]
    public async Task A_run_that_is_not_there_is_refused(string query, HttpStatusCode status, string code)
    {
        var batch = await Tenant.BatchAsync();
        await Tenant.RefusedAsync($"/v1/batches/{batch.CorrelationId}/errors?{query}", status, code);
    }

    private PackedOutcome Failed(int index, string code, string message) => Tenant.Failed(index, code) with { ErrorMessage = message };

    private static (string? Code, string? Message, int Count, int First) Group(System.Text.Json.JsonElement group) =>
        (group.Text("code"), group.Text("message"), group.Int("count"), group.Int("first_index"));
}

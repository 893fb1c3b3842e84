using System.Text.Json;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>However many batches there are, a page reads few of them: what PostgreSQL does for each filter and order, over 90,000 batches.</summary>
public sealed class BatchPlanTests(ManyBatches many) : IClassFixture<ManyBatches>
{
    // One more than is shown tells whether there is another page; the one before is where it begins.
    private const int Page = 7;

    // A stretch of the list is a third of it; of a rest that is not much longer all may be read, and sorted.
    private const int Stretch = 30_000;

    // Looked up in order of number, one more tells where they end.
    private const int Scheduled = ManyBatches.Scheduled + 1;

    [Theory]
    [InlineData("", Page)]
    [InlineData("sort=created", Page)]
    [InlineData("sort=name", Page)]
    [InlineData("sort=-ended", Page)]
    [InlineData("state=Running", Page)]
    [InlineData("state=Finished&created_before=2026-03-01T18:00:00Z", Page)]
    [InlineData("created_after=2026-03-01T13:00:00Z&created_before=2026-03-01T18:00:00Z", Page)]
    [InlineData("tenant=*", Page)]
    [InlineData("tenant=*&state=Running", Page)]
    [InlineData("error_code=RARE", 90)]
    [InlineData("error_code=NEVER", 0)]
    [InlineData("error_code=OFTEN", Stretch)]
    [InlineData("scheduled=true", Scheduled)]
    [InlineData("scheduled=true&sort=name", Scheduled)]
    [InlineData("scheduled=true&state=Finished", Scheduled)]
    [InlineData("scheduled=false", Stretch)]
    [InlineData("name=ch%2077", Stretch)]
    [InlineData("name=nobody", Stretch)]
    [InlineData("sort=name&state=Running", Stretch)]
    public async Task A_page_reads_a_bounded_part_of_the_batches(string query, int most)
    {
        many.App.Queries.Clear();
        var page = await many.Tenant.GetAsync($"/v1/batches?limit=5&{query}");
        if (page.Next() is { } next)
        {
            await many.Tenant.GetAsync($"/v1/batches?limit=5&{query}&cursor={next}");
        }

        var steps = await many.App.Queries.StepsAsync(many.App.ConnectionString);

        var reads = AskedQueries.ReadsOf("batches", steps);
        Assert.NotEmpty(reads);
        Assert.DoesNotContain(reads, read => read.Step.Text("Node Type") == "Seq Scan");
        Assert.All(reads, read => Assert.InRange(read.Rows, 0, most));
    }

    [Fact]
    public async Task A_page_of_batches_with_a_schedule_is_full_however_many_newer_batches_have_none()
    {
        var first = await many.Tenant.GetAsync("/v1/batches?scheduled=true&limit=600");
        var second = await many.Tenant.GetAsync($"/v1/batches?scheduled=true&limit=600&cursor={first.Next()}");

        var numbers = first.Items().Concat(second.Items()).Select(batch => batch.Int("number")).ToList();
        Assert.Equal((600, ManyBatches.Scheduled), (first.Items().Length, numbers.Distinct().Count()));
        Assert.Equal(numbers.OrderDescending(), numbers);
        Assert.Null(second.Next());
    }

    [Fact]
    public async Task A_search_that_finds_nothing_in_a_bounded_part_of_the_list_goes_on_at_the_next_page()
    {
        var first = await many.Tenant.GetAsync("/v1/batches?name=nobody");
        var second = await many.Tenant.GetAsync($"/v1/batches?name=nobody&cursor={first.Next()}");

        Assert.Empty(first.Items());
        Assert.NotNull(first.Next());
        Assert.Null(second.Next());
    }
}

/// <summary>
/// A tenant with many batches, every second of which has ended, and failures of one code that few of them have and one that most have. The oldest batches
/// are those with a schedule.
/// </summary>
public sealed class ManyBatches : IAsyncLifetime
{
    public const int Scheduled = 900;

    private const int Batches = 90_000;

    public PostgresApp App { get; } = new();

    public Tenant Tenant { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await App.InitializeAsync();
        Tenant = App.NewTenant();
        Tenant.MakeAdmin();
        var one = await Tenant.BatchAsync(change: batch => (batch.Name, batch.Run) = ("batch 0", 1));
        await ExecuteAsync(Copies(one.Number));
        await ExecuteAsync($"""
            INSERT INTO failures (batch, run, code, tenant)
            SELECT {one.Number} + n, 1, CASE WHEN n % 1000 = 7 THEN 'RARE' ELSE 'OFTEN' END, '{Tenant.Name}' FROM generate_series(1, {Batches - 1}) n
            """);

        await ExecuteAsync($"""
            INSERT INTO schedules (batch, batch_id, tenant, revision)
            SELECT number, id, tenant, 1 FROM batches ORDER BY created_at LIMIT {Scheduled}
            """);

        // As the server does by itself once a tenth of a table is new.
        await ExecuteAsync("ANALYZE batches, failures, schedules");
    }

    public async Task DisposeAsync()
    {
        Tenant.Dispose();
        await App.DisposeAsync();
    }

    private string Copies(long number)
    {
        using var db = App.Store.Read();
        var columns = db.Model.FindEntityType(typeof(Batch))!.GetProperties().Select(property => property.GetColumnName()).ToList();
        var values = columns.Select(column => column switch
        {
            "id" => "gen_random_uuid()",
            "number" => "number + n",
            "created_at" => "created_at + n * interval '1 second'",
            "ended_at" => "CASE WHEN n % 2 = 0 THEN created_at + n * interval '1 minute' END",
            "name" => "'batch ' || n",
            "state" => "CASE WHEN n % 10000 = 0 THEN 'Running' ELSE 'Finished' END",
            _ => column,
        });
        return $"INSERT INTO batches ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM batches, generate_series(1, {Batches - 1}) n WHERE number = {number}";
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

using System.Net;
using BatchPlatform.Contracts;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class BatchListOnSqliteTests(SqliteApp app) : BatchListTests<SqliteApp>(app);

public sealed class BatchListOnPostgresTests(PostgresApp app) : BatchListTests<PostgresApp>(app);

public abstract class BatchListTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    [Fact]
    public async Task Batches_come_newest_first_page_by_page()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, (await Tenant.BatchAsync()).CorrelationId.ToString("D"));
        }

        var first = await Tenant.GetAsync("/v1/batches?limit=2");
        var all = await Tenant.AllAsync("/v1/batches?limit=2");

        Assert.Equal(ids.Take(2), first.Items().Select(item => item.Text("id")));
        Assert.Equal(ids, all.Select(item => item.Text("id")));
    }

    [Fact]
    public async Task A_full_last_page_has_no_next_one()
    {
        await Tenant.BatchAsync();
        await Tenant.BatchAsync();

        Assert.Null((await Tenant.GetAsync("/v1/batches?limit=2")).Next());
    }

    [Fact]
    public async Task Deleted_batches_and_those_of_others_are_left_out_of_full_pages()
    {
        using var other = App.NewTenant();
        var kept = await Tenant.BatchAsync();
        await Tenant.BatchAsync(change: batch => batch.DeletedAt = App.Now);
        await other.BatchAsync();

        Assert.Equal([kept.CorrelationId.ToString("D")], (await Tenant.GetAsync("/v1/batches?limit=1")).Items().Select(item => item.Text("id")));
    }

    [Theory]
    [InlineData("state=Running", "running")]
    [InlineData("state=finished", "spring sale,old")]
    [InlineData("name=sale", "spring sale")]
    [InlineData("name=SPRING", "spring sale")]
    [InlineData("name=%C3%89t%C3%A9", "Été")]
    [InlineData("name=t%C3%A9&state=Stopped", "Été")]
    [InlineData("name=t%C3%A9&state=Running", "")]
    [InlineData("created_before=2026-01-31T00:00:00Z", "old")]
    [InlineData("created_before=2026-01-31T01:00:00%2B01:00", "old")]
    [InlineData("created_after=2026-02-01T00:00:00.5Z", "spring sale,running")]
    [InlineData("created_after=2026-01-15T00:00:00Z", "spring sale,running,,Été")]
    [InlineData("state=Finished&created_after=2026-02-01T00:00:00Z", "spring sale")]
    [InlineData("name=100%25", "")]
    public async Task The_list_is_filtered(string filter, string expected)
    {
        await Tenant.BatchAsync(state: BatchState.Finished, change: b => (b.Name, b.CreatedAt) = ("old", new DateTime(2026, 1, 15, 0, 0, 0, DateTimeKind.Utc)));
        await Tenant.BatchAsync(state: BatchState.Running, change: b => b.Name = "running");
        await Tenant.BatchAsync(state: BatchState.Finished, change: b => b.Name = "spring sale");
        await Tenant.BatchAsync(change: b => b.CreatedAt = new DateTime(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc));
        await Tenant.BatchAsync(state: BatchState.Stopped, change: b => (b.Name, b.CreatedAt) = ("Été", new DateTime(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc)));

        var names = (await Tenant.GetAsync($"/v1/batches?{filter}")).Items().Select(item => item.Text("name"));

        Assert.Equal(expected, string.Join(',', names));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("cursor=%20", "cursor")]
    [InlineData("state=Done", "state")]
    [InlineData("state=1", "state")]
    [InlineData("state=Created,Running", "state")]
    [InlineData("created_before=yesterday", "created_before")]
    [InlineData("created_after=2026-13-01T00:00:00Z", "created_after")]
    [InlineData("name=a%00b", "name")]
    [InlineData("error_code=a%00b", "error_code")]
    [InlineData("sort=size", "sort")]
    [InlineData("sort=", "sort")]
    [InlineData("sort=name&cursor=LUNyZWF0ZWR8MHwxfA", "cursor")]
    [InlineData("cursor=LUNyZWF0ZWR8LTF8MXw", "cursor")]
    public async Task A_parameter_that_cannot_be_understood_is_named(string query, string parameter) =>
        await Tenant.RefusedAsync($"/v1/batches?{query}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, parameter);

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() =>
        await Tenant.RefusedAsync($"/v1/batches?name={new string('x', 201)}", HttpStatusCode.BadRequest, ErrorCodes.InvalidParameter, "name");
}

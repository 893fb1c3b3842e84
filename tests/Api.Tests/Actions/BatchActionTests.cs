using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests.Actions;

/// <summary>One action on all batches that a filter finds.</summary>
public sealed class BatchActionTests(ApiApp app) : IClassFixture<ApiApp>, IDisposable
{
    public void Dispose() => app.Lifecycle.Refuse = _ => null;

    [Theory]
    [InlineData("start", typeof(StartBatch))]
    [InlineData("stop", typeof(StopBatch))]
    [InlineData("pause", typeof(PauseBatch))]
    [InlineData("resume", typeof(ResumeBatch))]
    [InlineData("retry_failed", typeof(RetryFailedJobs))]
    [InlineData("delete", typeof(DeleteBatch))]
    public async Task Each_batch_gets_the_command_of_the_single_request(string verb, Type command)
    {
        var (key, id) = await app.Client.MakeKeyAsync($"tenant-of-{verb}");
        using var client = app.NewClient(key);
        var batches = await client.CreateManyAsync(40);

        var begun = await client.BeginAsync("batches", $$$"""{"action":"{{{verb}}}","max_per_second":1000}""");
        var ended = await client.EndAsync(begun);

        Assert.Equal(("batches", verb, "Finished", 1000), ((string)begun["target"]!, (string)begun["action"]!, (string)ended["state"]!, (int)begun["max_per_second"]!));
        Assert.Equal((40, 40, 0), ended.Counts());
        var sent = app.Sent<IBatchCommand>(batches).Where(each => each.GetType() == command).ToList();
        Assert.Equal(batches.Order(), sent.Select(each => each.BatchId).Order());
        Assert.All(sent, each => Assert.Equal(new Actor($"tenant-of-{verb}", id, "127.0.0.1"), each.Actor));
    }

    [Fact]
    public async Task A_dry_run_tells_how_many_and_does_nothing()
    {
        using var client = await app.NewTenantAsync();
        var batches = await client.CreateManyAsync(3);

        var reply = await client.PostAsync("/v1/batches/actions", """{"action":"stop","dry_run":true}""");

        Assert.Equal((HttpStatusCode.OK, """{"matched":3,"lower_bound":false}"""), (reply.Status, reply.Body!.ToJsonString()));
        Assert.Empty(app.Sent<StopBatch>(batches));
        Assert.Empty(await client.ListAsync("/v1/actions"));
    }

    [Fact]
    public async Task Only_what_the_filter_finds_is_touched()
    {
        using var client = await app.NewTenantAsync();
        var wanted = await client.CreateAsync("""{"name":"nightly import"}""");
        var other = await client.CreateAsync("""{"name":"weekly import"}""");
        var stopped = await client.CreateAsync("""{"name":"nightly export"}""");
        await client.PostAsync($"/v1/batches/{stopped}/stop");

        var ended = await client.EndAsync(await client.BeginAsync("batches", """{"action":"pause","filter":{"name":"NIGHTLY","state":"Created"}}"""));

        Assert.Equal((1, 1, 0), ended.Counts());
        Assert.Equal([wanted], app.Sent<PauseBatch>([wanted, other, stopped]).Select(command => command.BatchId));
        Assert.Equal("NIGHTLY", (string)ended["filter"]!["name"]!);
    }

    [Fact]
    public async Task Batches_without_a_schedule_can_be_meant()
    {
        using var client = await app.NewTenantAsync();
        await client.CreateManyAsync(2);

        var without = await client.PostAsync("/v1/batches/actions", """{"action":"stop","filter":{"scheduled":false},"dry_run":true}""");
        var with = await client.PostAsync("/v1/batches/actions", """{"action":"stop","filter":{"scheduled":true},"dry_run":true}""");

        Assert.Equal((2, 0), ((int)without.Body!["matched"]!, (int)with.Body!["matched"]!));
    }

    [Fact]
    public async Task Refusals_are_counted_by_code_and_are_no_errors_of_the_action()
    {
        using var client = await app.NewTenantAsync();
        var batches = await client.CreateManyAsync(5);
        app.Lifecycle.Refuse = command => command is not DeleteBatch { Force: false } ? null
            : command.BatchId == batches[0] ? FakeLifecycle.Refused(command, ErrorCodes.BatchChanged)
            : command.BatchId == batches[1] || command.BatchId == batches[2] ? FakeLifecycle.Refused(command, ErrorCodes.BatchRunning) : null;

        var ended = await client.EndAsync(await client.BeginAsync("batches", """{"action":"delete"}"""));

        Assert.Equal((5, 2, 3), ended.Counts());
        Assert.Equal("""[{"code":"BATCH_RUNNING","count":2},{"code":"BATCH_CHANGED","count":1}]""", ended["refusals"]!.ToJsonString());
    }

    [Fact]
    public async Task Force_reaches_the_delete()
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();

        await client.EndAsync(await client.BeginAsync("batches", """{"action":"delete","force":true}"""));

        Assert.True(app.Sent<DeleteBatch>([batch]).Single().Force);
    }

    [Fact]
    public async Task What_is_made_later_is_not_touched()
    {
        using var client = await app.NewTenantAsync();
        var batches = await client.CreateManyAsync(2);
        var later = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(10);
        await app.WriteAsync(db => db.Batches.Single(row => row.CorrelationId == batches[1]).CreatedAt = later);

        var ended = await client.EndAsync(await client.BeginAsync("batches", """{"action":"stop"}"""));

        Assert.Equal((1, 1, 0), ended.Counts());
        Assert.Equal([batches[0]], app.Sent<StopBatch>(batches).Select(command => command.BatchId));
    }

    [Fact]
    public async Task A_tenant_touches_its_own_batches_alone_and_sees_its_own_actions_alone()
    {
        using var one = await app.NewTenantAsync();
        using var two = await app.NewTenantAsync();
        var (mine, theirs) = (await one.CreateAsync(), await two.CreateAsync());

        var action = await one.EndAsync(await one.BeginAsync("batches", """{"action":"stop"}"""));

        Assert.Equal([mine], app.Sent<StopBatch>([mine, theirs]).Select(command => command.BatchId));
        (await two.SendAsync(HttpMethod.Get, $"/v1/actions/{action["id"]}")).IsProblem(404, "ACTION_NOT_FOUND");
        (await two.PostAsync($"/v1/actions/{action["id"]}/cancel")).IsProblem(404, "ACTION_NOT_FOUND");
        Assert.Empty(await two.ListAsync("/v1/actions"));
        (await one.PostAsync("/v1/batches/actions", """{"action":"stop","filter":{"tenant":"default"}}""")).IsProblem(403, "FORBIDDEN");
        (await one.PostAsync("/v1/batches/actions", """{"action":"stop","filter":{"tenant":"*"}}""")).IsProblem(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_admin_acts_for_the_tenant_that_he_names_and_for_all_when_he_says_so()
    {
        var name = $"named-{Guid.NewGuid():N}";
        using var client = await app.NewTenantAsync(name);
        var batches = await client.CreateManyAsync(2, """{"name":"for the admin"}""");
        var own = await app.Client.CreateAsync("""{"name":"for the admin"}""");

        await app.Client.EndAsync(await app.Client.BeginAsync("batches", $$$"""{"action":"pause","filter":{"tenant":"{{{name}}}"}}"""));
        Assert.Equal(2, app.Sent<PauseBatch>([.. batches, own]).Count);

        await app.Client.EndAsync(await app.Client.BeginAsync("batches", """{"action":"resume","filter":{"tenant":"*","name":"for the admin"}}"""));
        Assert.Equal(3, app.Sent<ResumeBatch>([.. batches, own]).Count);
    }

    [Theory]
    [InlineData("""{}""", "action")]
    [InlineData("""{"action":"explode"}""", "action")]
    [InlineData("""{"action":"stop","max_per_second":0}""", "max_per_second")]
    [InlineData("""{"action":"stop","max_per_second":1001}""", "max_per_second")]
    [InlineData("""{"action":"stop","force":true}""", "force")]
    [InlineData("""{"action":"stop","filter":{"state":"Done"}}""", "filter.state")]
    [InlineData("""{"action":"stop","filter":{"name":"a\u0000b"}}""", "filter.name")]
    [InlineData("""{"action":"stop","filter":{"created_after":"yesterday"}}""", "filter.created_after")]
    [InlineData("""{"action":"stop","filter":{"owner":"me"}}""", "filter.owner")]
    public async Task A_body_that_cannot_be_understood_is_refused_and_nothing_begins(string body, string field)
    {
        using var client = await app.NewTenantAsync();
        var reply = await client.PostAsync("/v1/batches/actions", body);
        reply.IsProblem(422, "INVALID_FIELD");
        Assert.Equal([field], reply.Fields);
        Assert.Empty(await client.ListAsync("/v1/actions"));
    }

    [Fact]
    public async Task A_repeated_request_begins_one_action()
    {
        using var client = await app.NewTenantAsync();
        var batch = await client.CreateAsync();
        var first = await client.BeginAsync("batches", """{"action":"stop"}""", "once");
        await client.EndAsync(first);

        var again = await client.PostAsync("/v1/batches/actions", """{"action":"stop"}""", "once");

        Assert.Equal(((string)first["id"]!, $"/v1/actions/{first["id"]}"), (again.Id.ToString(), again.Message.Headers.Location!.ToString()));
        Assert.Single(app.Sent<StopBatch>([batch]));
    }

    [Fact]
    public async Task Actions_are_listed_newest_first_page_by_page()
    {
        using var client = await app.NewTenantAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, (string)(await client.BeginAsync("batches", """{"action":"stop"}"""))["id"]!);
        }

        var first = await client.SendAsync(HttpMethod.Get, "/v1/actions?limit=2");
        var rest = await client.ListAsync($"/v1/actions?limit=2&cursor={first.Body!["next_cursor"]}");

        Assert.Equal(ids, first.Body["items"]!.AsArray().Concat(rest).Select(item => (string)item!["id"]!));
    }

    [Fact]
    public async Task Who_began_and_who_ended_it_stands_in_the_audit()
    {
        var tenant = $"audited-{Guid.NewGuid():N}";
        using var client = await app.NewTenantAsync(tenant);
        await client.CreateManyAsync(3);
        var action = await client.BeginAsync("batches", """{"action":"stop","max_per_second":1}""");
        await client.PostAsync($"/v1/actions/{action["id"]}/cancel");

        var entries = await app.Client.ListAsync($"/v1/audit?resource=actions/{action["id"]}");

        Assert.Equal(["action.cancel", "action.start"], entries.Select(entry => (string)entry["action"]!));
        Assert.All(entries, entry => Assert.Equal(tenant, (string)entry["tenant"]!));
        Assert.Equal("stop batches", (string)entries[1]["detail"]!);
    }

    [Fact]
    public async Task A_tenant_has_a_bounded_number_of_actions_going_on()
    {
        var tenant = $"busy-{Guid.NewGuid():N}";
        using var client = await app.NewTenantAsync(tenant);
        await app.WriteAsync(db => db.Actions.AddRange(Enumerable.Range(0, 100).Select(i => new BulkAction
        {
            Id = Guid.NewGuid(), Number = i + 1, Tenant = tenant, Target = "batches", Action = "stop", Filter = "{}", MaxPerSecond = 1, LeaseUntil = DateTime.MaxValue,
        })));

        (await client.PostAsync("/v1/batches/actions", """{"action":"stop"}""")).IsProblem(409, "TOO_MANY_ACTIONS");
    }

    [Fact]
    public async Task An_action_that_ended_long_ago_is_forgotten()
    {
        var old = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-31);
        await app.WriteAsync(db => db.Actions.AddRange(Ended("old", old), Ended("kept", old.AddDays(2))));

        await app.Services.GetRequiredService<Api.Actions.ActionRows>().RemoveOldAsync(default);

        Assert.Equal(["kept"], await app.ReadAsync(db => db.Actions.Where(row => row.Tenant == "forgetful").Select(row => row.Action).ToListAsync()));
    }

    private static BulkAction Ended(string name, DateTime at) => new()
    {
        Id = Guid.NewGuid(), Tenant = "forgetful", Target = "batches", Action = name, Filter = "{}", CreatedAt = at, EndedAt = at, LeaseUntil = at, State = BulkActionState.Finished,
    };
}

using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>What the lifecycle accepts stands in the audit, once, with who asked for it; what it refuses does not.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private static readonly Actor Somebody = new("acme", "0197a2b3c4d5e6f7", "192.0.2.7");

    private OrchestratorHost _host = null!;

    public async Task InitializeAsync() => _host = await OrchestratorHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Each_command_is_told_in_order_with_who_sent_it()
    {
        var id = await _host.CreateAsync(jobs: 2);
        await _host.AskAsync(new UpdateBatch(id, Guid.NewGuid(), """{"name":"other"}""", Somebody));
        await _host.AskAsync(new CommitBatch(id, Guid.NewGuid(), Somebody));
        await _host.AskAsync(new PauseBatch(id, Guid.NewGuid(), "a reason with a secret in it", Somebody));
        await _host.AskAsync(new ResumeBatch(id, Guid.NewGuid(), Somebody));
        await _host.AskAsync(new StopBatch(id, Guid.NewGuid(), Somebody));
        await _host.AskAsync(new StartBatch(id, Guid.NewGuid(), Somebody));
        await _host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: true, Actor: Somebody));

        var entries = await EntriesAsync($"batches/{id:D}");
        Assert.Equal(
            ["batch.create", "batch.update", "batch.commit", "batch.pause", "batch.resume", "batch.stop", "batch.start", "batch.delete"],
            entries.Select(entry => entry.Action));
        Assert.All(entries.Skip(1), entry => Assert.Equal(Somebody, new Actor(entry.Tenant!, entry.Key!, entry.Address)));
        Assert.DoesNotContain(entries, entry => entry.Detail?.Contains("secret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_append_is_one_entry_however_many_jobs_it_brings()
    {
        var id = await _host.CreateAsync(jobs: 2);
        var staged = await _host.StageAsync((await _host.BatchAsync(id)).Number, baseIndex: 2, revision: 2, jobs: 5);

        await _host.AskAsync(new AcceptAppend(id, Guid.NewGuid(), staged, Somebody));

        Assert.Equal(("batch.append", "5 jobs"), (await EntriesAsync($"batches/{id:D}")).Select(entry => (entry.Action, entry.Detail)).Last());
    }

    [Fact]
    public async Task A_refused_command_and_a_repeated_one_add_nothing()
    {
        var id = await _host.CreateAsync(jobs: 2);
        var commit = new CommitBatch(id, Guid.NewGuid(), Somebody);
        await _host.AskAsync(commit);
        await _host.AskAsync(commit);
        Assert.False((await _host.AskAsync(new CommitBatch(id, Guid.NewGuid(), Somebody))).Accepted);

        Assert.Equal(["batch.create", "batch.commit"], (await EntriesAsync($"batches/{id:D}")).Select(entry => entry.Action));
    }

    [Fact]
    public async Task A_cancelled_job_and_a_paused_upstream_are_told_and_a_refused_cancel_is_not()
    {
        var id = await _host.CreateAsync(jobs: 2, commit: true);
        var number = (await _host.BatchAsync(id)).Number;
        var client = _host.Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"));
        Assert.Null((await client.GetResponse<JobReply>(new CancelJob(number, 1, Somebody))).Message.Code);
        Assert.Equal(ErrorCodes.JobEnded, (await client.GetResponse<JobReply>(new CancelJob(number, 1, Somebody))).Message.Code);
        var gate = _host.Bus.CreateRequestClient<PauseUpstream>(new Uri($"exchange:{Queues.Operations}"));
        await gate.GetResponse<UpstreamPaused>(new PauseUpstream("test", Paused: true, "reason", Somebody));
        await gate.GetResponse<UpstreamPaused>(new PauseUpstream("test", Paused: false, Reason: null, Somebody));

        Assert.Equal("job 1", Assert.Single(await EntriesAsync($"batches/{id:D}"), entry => entry.Action == "job.cancel").Detail);
        Assert.Equal(["upstream.pause", "upstream.resume"], (await EntriesAsync("upstreams/test")).Select(entry => entry.Action));
    }

    [Fact]
    public async Task The_entries_of_a_batch_outlive_it()
    {
        var id = await _host.CreateAsync(jobs: 2);
        await _host.AskAsync(new DeleteBatch(id, Guid.NewGuid(), Force: false, Actor: Somebody));

        await _host.ToldAsync<BatchDeleted>();

        Assert.Equal(["batch.create", "batch.delete"], (await EntriesAsync($"batches/{id:D}")).Select(entry => entry.Action));
    }

    private async Task<List<AuditEntry>> EntriesAsync(string resource)
    {
        await using var db = _host.Store.Read();
        return await db.Audit.Where(entry => entry.Resource == resource).OrderBy(entry => entry.Number).ToListAsync();
    }
}

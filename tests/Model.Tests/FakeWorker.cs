using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using BatchPlatform.Orchestrator.Tests;
using BatchPlatform.Store.Tables;
using MassTransit;

namespace BatchPlatform.Model.Tests;

/// <summary>Has whatever is sent to the workers, and reports what a sequence says, when it says so.</summary>
internal sealed class FakeWorker(OrchestratorHost host, Guid batch)
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly ConcurrentDictionary<Guid, Held> _held = new();

    /// <summary>A job that was sent while another slice had it; null as long as that did not happen.</summary>
    public string? SentTwice { get; private set; }

    public void Take(RunSlice slice)
    {
        var held = new Held(slice, new ConcurrentDictionary<int, int>(JobBlock.Unpack(slice.Jobs).Select(job => KeyValuePair.Create(job.Index, job.Attempt))));
        if (OutOf(slice.Run).Intersect(held.Jobs.Keys).Any())
        {
            SentTwice = $"run {slice.Run}: {string.Join(',', held.Jobs.Keys)}";
        }

        _held[slice.SliceId] = held;
    }

    /// <summary>The jobs of a run that this worker has.</summary>
    public IEnumerable<int> OutOf(int run) => Of(run).SelectMany(held => held.Jobs.Keys);

    /// <summary>Some jobs of one slice of the run, at most so many.</summary>
    public IReadOnlyList<int> Some(int run, int atMost) => [.. Of(run).Where(held => !held.Jobs.IsEmpty).OrderBy(held => held.Jobs.Keys.Min()).Take(1).SelectMany(held => held.Jobs.Keys.Order().Take(atMost))];

    /// <summary>The job has ended by other hands: it was cancelled.</summary>
    public void Forget(int run, int job)
    {
        foreach (var held in Of(run))
        {
            held.Jobs.TryRemove(job, out _);
        }
    }

    public Task HeartbeatAsync(int run) => host.HeartbeatAsync(_id, [.. Of(run).Select(held => held.Slice.SliceId)]);

    public Task ReportAsync(int run, IReadOnlyList<(int Job, bool Completed)> outcomes)
    {
        var held = Of(run).First(held => held.Jobs.ContainsKey(outcomes[0].Job));
        var block = outcomes.Select(outcome => OrchestratorHost.Ended(new PackedJob(outcome.Job, held.Jobs[outcome.Job], "call", default), outcome.Completed)).ToList();
        foreach (var (job, _) in outcomes)
        {
            held.Jobs.TryRemove(job, out _);
        }

        return SendAsync(held.Slice, last: false, block, []);
    }

    /// <summary>Jobs are to be tried again, at once.</summary>
    public Task TryAgainAsync(int run, IReadOnlyList<int> jobs)
    {
        var held = Of(run).First(held => held.Jobs.ContainsKey(jobs[0]));
        var retries = jobs.Select(job => new RetryLater(job, held.Jobs[job] + 1, DateTime.UnixEpoch)).ToList();
        foreach (var job in jobs)
        {
            held.Jobs.TryRemove(job, out _);
        }

        return SendAsync(held.Slice, last: false, [], retries);
    }

    /// <summary>Gives all slices of the run back as they are.</summary>
    public async Task HandBackAsync(int run)
    {
        foreach (var held in Of(run).ToList())
        {
            _held.TryRemove(held.Slice.SliceId, out _);
            await SendAsync(held.Slice, last: true, [], []);
        }
    }

    private IEnumerable<Held> Of(int run) => _held.Values.Where(held => held.Slice.Run == run && held.Slice.BatchId == batch);

    private async Task SendAsync(RunSlice slice, bool last, List<PackedOutcome> outcomes, List<RetryLater> retries) =>
        await (await host.Bus.GetSendEndpoint(new Uri($"exchange:{Queues.Outcomes}"))).Send(new ReportOutcomes(
            slice.SliceId, slice.Number, slice.Run, _id, last, OutcomeBlock.Pack(outcomes), retries, Closing: null, BusySeconds: 0.01));

    private sealed record Held(RunSlice Slice, ConcurrentDictionary<int, int> Jobs);
}

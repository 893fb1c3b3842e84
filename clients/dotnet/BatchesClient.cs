using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Client;

/// <summary>Creates batches and moves them through their lifecycle. Each command answers with the batch as it is afterwards.</summary>
public sealed class BatchesClient
{
    // What the platform allows.
    private const int LongestWaitSeconds = 60;

    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    private readonly Transport _transport;

    internal BatchesClient(Transport transport) => _transport = transport;

    /// <summary>Creates a batch, perhaps with jobs and at once running.</summary>
    public Task<Batch> CreateAsync(NewBatch batch, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Batch>(HttpMethod.Post, "/v1/batches", batch, cancellationToken);

    /// <summary>One batch.</summary>
    /// <exception cref="BatchPlatformException">BATCH_NOT_FOUND.</exception>
    public Task<Batch> GetAsync(Guid id, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Batch>(HttpMethod.Get, PathOf(id), body: null, cancellationToken);

    /// <summary>Batches that a filter matches, newest first unless <paramref name="sort"/> says otherwise.</summary>
    public IAsyncEnumerable<Batch> ListAsync(BatchFilter? filter = null, string? sort = null, CancellationToken cancellationToken = default) =>
        _transport.ListAsync<Batch>("/v1/batches", (filter?.Query ?? default).With("sort", sort), cancellationToken);

    /// <summary>One page of batches. It may hold fewer than the limit, or none, and still have a next one.</summary>
    /// <param name="filter">Which; all when null.</param>
    /// <param name="sort">In which order; newest first when null.</param>
    /// <param name="limit">Batches, at most: 1 to 1000.</param>
    /// <param name="cursor">What the page before gave; null for the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<(IReadOnlyList<Batch> Items, string? NextCursor)> PageAsync(
        BatchFilter? filter = null, string? sort = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _transport.PageAsync<Batch>("/v1/batches", (filter?.Query ?? default).With("sort", sort), limit, cursor, cancellationToken);

    /// <summary>Changes a batch that is not running, by a merge patch (RFC 7396): what is left out stays, null resets.</summary>
    public Task<Batch> UpdateAsync(Guid id, JsonObject patch, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Batch>(HttpMethod.Patch, PathOf(id), patch, cancellationToken);

    /// <summary>Closes the batch for jobs and runs it.</summary>
    public Task<Batch> CommitAsync(Guid id, CancellationToken cancellationToken = default) => CommandAsync(id, "commit", body: null, cancellationToken);

    /// <summary>Resumes a stopped run, or runs a finished batch again.</summary>
    public Task<Batch> StartAsync(Guid id, CancellationToken cancellationToken = default) => CommandAsync(id, "start", body: null, cancellationToken);

    /// <summary>Begins no more jobs.</summary>
    public Task<Batch> StopAsync(Guid id, CancellationToken cancellationToken = default) => CommandAsync(id, "stop", body: null, cancellationToken);

    /// <summary>Runs the failed jobs again.</summary>
    public Task<Batch> RetryFailedAsync(Guid id, CancellationToken cancellationToken = default) => CommandAsync(id, "retry-failed", body: null, cancellationToken);

    /// <summary>Makes the jobs wait.</summary>
    public Task<Batch> PauseAsync(Guid id, string? reason = null, CancellationToken cancellationToken = default) =>
        CommandAsync(id, "pause", new { reason }, cancellationToken);

    /// <summary>Ends a pause.</summary>
    public Task<Batch> ResumeAsync(Guid id, CancellationToken cancellationToken = default) => CommandAsync(id, "resume", body: null, cancellationToken);

    /// <summary>Deletes a batch with all its data.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="force">Also while it runs: it is stopped first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task DeleteAsync(Guid id, bool force = false, CancellationToken cancellationToken = default)
    {
        var query = default(Query).With("force", force ? "true" : null);
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Delete, PathOf(id) + query), cancellationToken);
    }

    /// <summary>A batch's runs, newest first.</summary>
    public IAsyncEnumerable<Run> RunsAsync(Guid id, CancellationToken cancellationToken = default) =>
        _transport.ListAsync<Run>($"{PathOf(id)}/runs", default, cancellationToken);

    /// <summary>The failed jobs by what they failed with, the most frequent first.</summary>
    public async Task<IReadOnlyList<ErrorGroup>> ErrorsAsync(Guid id, int? run = null, CancellationToken cancellationToken = default) =>
        (await _transport.SendAsync<Page<ErrorGroup>>(HttpMethod.Get, $"{PathOf(id)}/errors{default(Query).With("run", run)}", body: null, cancellationToken)).Items;

    /// <summary>How far a batch is, now and whenever that changes, until it has ended. Goes on by itself when the connection is lost.</summary>
    public async IAsyncEnumerable<BatchProgress> WatchAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await foreach (var (progress, isEnd) in EventsAsync(id, cancellationToken))
            {
                if (isEnd)
                {
                    yield break;
                }

                yield return progress;
            }

            await Task.Delay(Reconnect, _transport.Options.Time, cancellationToken);
        }
    }

    /// <summary>Returns the batch once it is Finished or Stopped.</summary>
    public async Task<Batch> WaitAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var seconds = Math.Clamp((int)_transport.Options.AttemptTimeout.TotalSeconds / 2, 1, LongestWaitSeconds);
        var path = PathOf(id) + Query.Empty.With("wait", seconds);
        Batch batch;
        do
        {
            batch = await _transport.SendAsync<Batch>(HttpMethod.Get, path, body: null, cancellationToken);
        }
        while (!batch.HasEnded);
        return batch;
    }

    internal static string PathOf(Guid id) => $"/v1/batches/{id:D}";

    private Task<Batch> CommandAsync(Guid id, string verb, object? body, CancellationToken cancellationToken) =>
        _transport.SendAsync<Batch>(HttpMethod.Post, $"{PathOf(id)}/{verb}", body, cancellationToken);

    // One connection's events: it ends early when the connection does.
    private async IAsyncEnumerable<(BatchProgress Progress, bool IsEnd)> EventsAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Get, $"{PathOf(id)}/events") { Accept = "text/event-stream" }, cancellationToken);
        await using var stream = await _transport.StreamOfAsync(answer, cancellationToken);
        var events = SseParser.Create(stream, (type, data) => (JsonSerializer.Deserialize<BatchProgress>(data, ClientJson.Options)!, type == "end"))
            .EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (events)
        {
            while (await Connection.MovesAsync(events, cancellationToken))
            {
                yield return events.Current.Data;
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Sdk;

namespace BatchPlatform.Testing.Ledger;

/// <summary>
/// A client that does not give up: repeats each request, a POST with the same <c>Idempotency-Key</c>, until the platform has
/// answered it for good, and keeps book of what was accepted and what was refused.
/// </summary>
/// <param name="client">The platform; a short timeout ends what a fault left hanging.</param>
public sealed class Bookkeeper(HttpClient client)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Passing = ["REQUEST_IN_PROGRESS", "APPEND_IN_PROGRESS", "APPEND_OUTDATED"];
    private readonly ConcurrentDictionary<Guid, AcceptedBatch> _accepted = [];
    private readonly ConcurrentQueue<RefusedBatch> _refused = new();
    private readonly ConcurrentQueue<GivenUpBatch> _givenUp = new();
    private int _repeated;

    /// <summary>Everything that was accepted.</summary>
    public IReadOnlyCollection<AcceptedBatch> Accepted => [.. _accepted.Values];

    /// <summary>Every batch that was refused.</summary>
    public IReadOnlyCollection<RefusedBatch> Refused => [.. _refused];

    /// <summary>Every batch whose client did not ask again.</summary>
    public IReadOnlyCollection<GivenUpBatch> GivenUp => [.. _givenUp];

    /// <summary>Requests that had to be sent again.</summary>
    public int Repeated => _repeated;

    /// <summary>How long one request is repeated before it counts as unanswered.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Asks until there is an answer: not a lost connection, nor a 429 or 5xx, nor a refusal that passes.</summary>
    /// <exception cref="XunitException">None came in time.</exception>
    public async Task<Reply> AskAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        var key = Guid.NewGuid().ToString("N");
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (reply, failure) = await TryAsync(method, path, body, type, key);
            if (reply is not null && !IsPassing(reply))
            {
                return reply;
            }

            Interlocked.Increment(ref _repeated);
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new XunitException($"{method} {path} got no answer in {Patience.TotalSeconds} s. The last: {reply?.ToString() ?? failure}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>Makes a batch in one request; null when it was refused.</summary>
    /// <param name="kind">What the batch is called in the report, and its name.</param>
    /// <param name="batch">The body of POST /v1/batches; it gets a name of its own.</param>
    public async Task<AcceptedBatch?> CreateAsync(string kind, JsonObject batch)
    {
        var name = Name(batch, kind);
        return Note(kind, name, batch, await AskAsync(HttpMethod.Post, "/v1/batches", batch.ToJsonString()));
    }

    /// <summary>Makes a committed batch without a callback, or tries: asked once, without a key, as impatient clients do.</summary>
    public async Task TryCreateAsync(string kind, JsonObject batch)
    {
        var name = Name(batch, kind);
        var (reply, _) = await TryAsync(HttpMethod.Post, "/v1/batches", batch.ToJsonString(), "application/json", key: null);
        if (reply is null || IsPassing(reply))
        {
            _givenUp.Enqueue(new GivenUpBatch(name, JobsOf(batch)));
        }
        else
        {
            Note(kind, name, batch, reply);
        }
    }

    /// <summary>Adds jobs, as NDJSON.</summary>
    public async Task<AcceptedBatch> AppendAsync(AcceptedBatch batch, string lines)
    {
        var reply = Accept(await AskAsync(HttpMethod.Post, $"/v1/batches/{batch.Id:D}/jobs", lines, "application/x-ndjson"));
        return Note(batch with { Jobs = batch.Jobs + (int)reply.Json["appended"]! });
    }

    /// <summary>Commits a batch.</summary>
    public async Task<AcceptedBatch> CommitAsync(AcceptedBatch batch)
    {
        Accept(await AskAsync(HttpMethod.Post, $"/v1/batches/{batch.Id:D}/commit"));
        return Note(batch with { Committed = true });
    }

    /// <summary>Deletes a batch.</summary>
    public async Task DeleteAsync(AcceptedBatch batch)
    {
        // Repeated after it took effect, it finds nothing to delete.
        var reply = await AskAsync(HttpMethod.Delete, $"/v1/batches/{batch.Id:D}");
        Note(batch with { Deleted = reply.Status == (int)HttpStatusCode.NotFound || Accept(reply).Status > 0 });
    }

    /// <summary>Takes down what is now known of a batch.</summary>
    public AcceptedBatch Note(AcceptedBatch batch) => _accepted[batch.Id] = batch;

    /// <summary>The reply, which is no refusal.</summary>
    /// <exception cref="XunitException">It is one.</exception>
    public static Reply Accept(Reply reply) => reply.Status is >= 200 and < 300 ? reply : throw new XunitException($"Refused: {reply}");

    private static string Name(JsonObject batch, string kind)
    {
        var name = $"{kind} {Guid.NewGuid():N}";
        batch["name"] = name;
        return name;
    }

    private static int JobsOf(JsonObject batch) => (batch["jobs"] as JsonArray)?.Count ?? 0;

    private AcceptedBatch? Note(string kind, string name, JsonObject batch, Reply reply)
    {
        if (reply.Status is not (200 or 201))
        {
            _refused.Enqueue(new RefusedBatch(name, (string?)reply.Json["code"] ?? $"{reply.Status}"));
            return null;
        }

        return Note(new AcceptedBatch((Guid)reply.Json["id"]!, JobsOf(batch))
        {
            Kind = kind,
            Committed = (bool?)batch["commit"] ?? false,
            HasCallback = batch["callback"] is not null,
            Number = (long)reply.Json["number"]!,
        });
    }

    private async Task<(Reply? Reply, string? Failure)> TryAsync(HttpMethod method, string path, string? body, string type, string? key)
    {
        try
        {
            using var content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
            return (await client.AskAsync(method, path, content, method == HttpMethod.Post && key is not null ? [("Idempotency-Key", key)] : []), null);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
        {
            return (null, error.Message);
        }
    }

    private static bool IsPassing(Reply reply) => reply.Status is 429 or >= 500
        || (reply.Status == 409 && Passing.Contains((string?)reply.Json["code"]));
}

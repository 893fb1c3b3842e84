using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests.Actions;

/// <summary>Short words for bulk actions.</summary>
internal static class ActionApp
{
    /// <summary>A client of a tenant that nobody else has.</summary>
    public static async Task<HttpClient> NewTenantAsync(this ApiApp app, string? tenant = null, string scopes = "write read") =>
        app.NewClient((await app.Client.MakeKeyAsync(tenant ?? $"tenant-{Guid.NewGuid():N}", scopes)).Key);

    public static async Task<JsonNode> BeginAsync(this HttpClient client, string target, string body, string? idempotencyKey = null)
    {
        var reply = await client.PostAsync($"/v1/{target}/actions", body, idempotencyKey);
        Assert.True(reply.Status == HttpStatusCode.Accepted, $"{reply.Status} {reply.Body}");
        return reply.Body!;
    }

    /// <summary>The action once it has ended; moves the clock, if there is one.</summary>
    public static async Task<JsonNode> EndAsync(this HttpClient client, JsonNode action, FakeClock? clock = null)
    {
        JsonNode? seen = null;
        await Eventually.True(async () =>
        {
            clock?.Advance(TimeSpan.FromMilliseconds(200));
            seen = (await client.SendAsync(HttpMethod.Get, $"/v1/actions/{action["id"]}")).Body!;
            return (string)seen["state"]! != "Running";
        });
        return seen!;
    }

    public static async Task<List<Guid>> CreateManyAsync(this HttpClient client, int count, string json = "{}")
    {
        var batches = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            batches.Add(await client.CreateAsync(json));
        }

        return batches;
    }

    /// <summary>The commands of a kind that reached any of the batches, in the order in which they came.</summary>
    public static List<T> Sent<T>(this ApiApp app, IEnumerable<Guid> batches)
        where T : IBatchCommand =>
        [.. app.Lifecycle.Commands.OfType<T>().Where(command => batches.Contains(command.BatchId))];

    /// <summary>A run of a batch with jobs, every third for places and the others for bench, with these outcomes.</summary>
    public static async Task<long> RunAsync(this ApiApp app, Guid batch, int jobs, params (int Index, string? Code)[] outcomes)
    {
        var number = await app.ReadAsync(db => db.Batches.Where(row => row.CorrelationId == batch).Select(row => row.Number).SingleAsync());
        await app.WriteAsync(db =>
        {
            var row = db.Batches.Single(each => each.Number == number);
            (row.Run, row.NextIndex, row.Total, row.Revision, row.CurrentState) = (1, jobs, jobs, 1, nameof(BatchState.Running));
            var failed = outcomes.Count(outcome => outcome.Code is not null);
            db.Runs.Add(new Run { Batch = number, Number = 1, BatchId = batch, Root = 1, Revision = 1, Total = jobs, Failed = failed, Completed = outcomes.Length - failed, Tenant = row.Tenant });
            db.Jobs.AddRange(Enumerable.Range(0, jobs).Select(index => index % 3 == 0
                ? new Job { Batch = number, Index = index, AddedRev = 1, Namespace = "places", Action = "lookup", Params = "{}" }
                : new Job { Batch = number, Index = index, AddedRev = 1, Namespace = "bench", Action = "noop", Params = "{}" }));
            db.Outcomes.AddRange(outcomes.Select((outcome, seq) => new Outcome
            {
                Batch = number, Run = 1, Index = outcome.Index, Seq = seq + 1, State = outcome.Code is null ? JobState.Completed : JobState.Failed, ErrorCode = outcome.Code,
            }));
        });
        return number;
    }

    public static (int Matched, int Done, int Refused) Counts(this JsonNode action) => ((int)action["matched"]!, (int)action["done"]!, (int)action["refused"]!);
}

using System.Net;
using System.Text.Json.Nodes;
using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;
using Xunit.Abstractions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>The disk of the standalone program is full for a while: it refuses what it cannot store, goes on reading, and loses nothing.</summary>
public sealed class StandaloneFullDiskTests(ITestOutputHelper output)
{
    private const int Clients = 8;
    private const int RefusalsToSee = 200; // Seconds, in which calls end whose outcomes there is no room for.
    private static readonly Dictionary<string, string?> SlowUpstream = new() { ["Sample__LatencyMilliseconds"] = "200" };
    private static readonly string[] Documented = ["503 UNAVAILABLE", "504 OUTCOME_UNKNOWN"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task While_the_disk_is_full_it_says_so_and_when_there_is_room_again_everything_accepted_completes()
    {
        if (!SmallDisk.IsPossible)
        {
            output.WriteLine("Left out: only root can mount a small disk.");
            return;
        }

        using var disk = new SmallDisk(mebibytes: 48);
        await using var receiver = await CallbackReceiver.StartAsync();
        await using var host = await StandaloneHost.StartAsync(SlowUpstream, data: Path.Combine(disk.Folder, "data"));
        var books = new Bookkeeper(host.Client);
        var known = (await books.CreateAsync("one-shot", OneJob()))!;
        using var stop = new CancellationTokenSource();
        var clients = new Workload(books, receiver.Url) { BigJobs = 200 }.RunAsync(Clients, seed: Random.Shared.Next(), stop.Token);
        await Eventually.True(() => books.Accepted.Count > 10, timeout: Patience);

        disk.Fill();
        var refusals = await RefusalsAsync(host, known);
        Assert.All(refusals, refusal => Assert.Contains($"{refusal.Status} {refusal.Json["code"]}", Documented));
        foreach (var path in new[] { $"/v1/batches/{known.Id:D}", $"/v1/batches/{known.Id:D}/results", "/v1/batches" })
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        }

        disk.Free();
        await stop.CancelAsync();
        var began = TimeProvider.System.GetTimestamp();
        await clients;
        var ledger = new LedgerCheck(host.Client, books.Accepted, books.Refused) { GivenUp = books.GivenUp };
        await ledger.WaitAsync(Patience, receiver);
        output.WriteLine($"{books.Repeated} requests were repeated; all had ended {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after there was room again");

        var report = await ledger.RunAsync(UpstreamCalls.Read([host.CallLog]), receiver.Notes);
        output.WriteLine(report.ToString());
        Assert.True(report.Holds, $"{report}\n{host.Process.Output}");
        Assert.Contains("There is no room left for the database file", host.Process.Output, StringComparison.Ordinal);
    }

    // What little room there was in files that are there already is soon used up. To pause a batch that has ended changes nothing else.
    private static async Task<List<Reply>> RefusalsAsync(StandaloneHost host, AcceptedBatch ended)
    {
        var refusals = new List<Reply>();
        await Eventually.True(
            async () =>
            {
                var reply = await host.Client.AskAsync(HttpMethod.Post, $"/v1/batches/{ended.Id:D}/pause", headers: ("Idempotency-Key", $"{Guid.NewGuid():N}"));
                if (reply.Status != 200)
                {
                    refusals.Add(reply);
                }

                return refusals.Count >= RefusalsToSee;
            },
            timeout: Patience);
        return refusals;
    }

    private static JsonObject OneJob() =>
        JsonNode.Parse("""{"commit": true, "jobs": [{"namespace": "places", "action": "lookup", "params": {"name": "Lisbon"}}]}""")!.AsObject();
}

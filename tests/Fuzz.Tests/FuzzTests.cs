using System.Globalization;
using System.Text;
using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>
/// Sends what no client should: requests made from the OpenAPI document and the dialects' pages, then spoilt. <c>BP_FUZZ_SEED</c>
/// repeats a run; what fails is told as a curl command.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Lanes = 64;

    // Tenants are given up after so many rounds, so that there is little to compare after each.
    private const int RoundsOfTenant = 32;

    // What an accepted request set going may end some rounds later.
    private const int SettlingRounds = 4;

    // More would not be read.
    private const int MaxFaults = 10;

    private static int Rounds => LongSuite.Cases(sample: 320, full: 3200);

    [Fact]
    public async Task Whatever_is_sent_is_answered_and_what_is_refused_changes_nothing()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BP_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"BP_FUZZ_SEED={seed}");
        await using var host = await FuzzHost.StartAsync();
        var seeds = await SeedsAsync(host, new Random(seed));
        var lanes = Enumerable.Range(0, Lanes).Select(number => new Lane(number, seed + number, host.Address, seeds)).ToList();
        var statuses = new Dictionary<int, int>();
        var faults = new Dictionary<string, string>();
        var before = new Dictionary<string, long>();
        var generation = "";
        for (var round = 0; round < Rounds && faults.Count < MaxFaults; round++)
        {
            if (round % RoundsOfTenant == 0)
            {
                generation = $"g{round / RoundsOfTenant}";
                await Task.WhenAll(lanes.Select(lane => lane.BecomeAsync(host, generation, round)));

                before = await Fingerprints.ReadAsync(host.Store, generation);
            }

            await Task.WhenAll(lanes.Select(lane => lane.StepAsync(round)));
            var after = await Fingerprints.ReadAsync(host.Store, generation);
            foreach (var lane in lanes)
            {
                statuses[lane.Answer?.Status ?? -1] = statuses.GetValueOrDefault(lane.Answer?.Status ?? -1) + 1;
                if ((FaultOf(lane) ?? ChangeOf(lane, round, before, after)) is { } fault)
                {
                    faults.TryAdd($"{fault} {lane.Origin}", Told(seed, host, lane, fault));
                }
            }

            Assert.True(
                before.GetValueOrDefault("") == after.GetValueOrDefault("") || lanes.Any(lane => lane.HasChanged),
                $"Refused requests changed what belongs to no tenant: {string.Join('\n', lanes.Select(lane => lane.Sent.Curl(host.Address)))}");
            before = after;
        }

        lanes.ForEach(lane => lane.Dispose());
        output.WriteLine(string.Join(", ", statuses.OrderBy(each => each.Key).Select(each => $"{each.Key}: {each.Value}")));
        Assert.True(faults.Count == 0, string.Join("\n\n", faults.Values));
        Assert.True(statuses.Values.Sum() >= 20_000);
        Assert.True(statuses.Where(each => each.Key is >= 200 and < 300).Sum(each => each.Value) > Rounds, "So little was accepted that nothing was tried.");
    }

    private static async Task<List<Seed>> SeedsAsync(FuzzHost host, Random random)
    {
        using var client = new HttpClient();
        var document = await client.AskAsync(HttpMethod.Get, new Uri(host.Address, "/openapi/v1.json").ToString());
        List<Seed> native = [.. new OpenApiSeeds(document.Json, random).Read()];
        List<Seed> dialects = [.. DialectSeeds.Read()];
        Assert.True(native.Count > 60 && dialects.Count > 40);
        return [.. native, .. dialects];
    }

    private static string? FaultOf(Lane lane) => lane.Answer is { } answer ? Answers.FaultOf(lane.Sent, answer) : "there was no answer in time";

    // A tenant with something under way is not judged: that may end now.
    private static string? ChangeOf(Lane lane, int round, Dictionary<string, long> before, Dictionary<string, long> after) =>
        lane.IsRefused && (lane.GoesOnFrom < 0 || round - lane.GoesOnFrom > SettlingRounds)
            && before.GetValueOrDefault(lane.Tenant) != after.GetValueOrDefault(lane.Tenant)
            ? "it was refused, and changed something"
            : null;

    private static string Told(int seed, FuzzHost host, Lane lane, string fault)
    {
        var told = new StringBuilder();
        told.AppendLine(CultureInfo.InvariantCulture, $"{fault} (BP_FUZZ_SEED={seed}, made from {lane.Origin})");
        told.AppendLine(lane.Sent.Curl(host.Address));
        told.AppendLine(CultureInfo.InvariantCulture, $"{lane.Answer?.Status} {lane.Answer?.Body}");
        return told.AppendJoin('\n', host.Errors.TakeLast(3)).ToString();
    }
}

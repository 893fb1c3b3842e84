using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Bench;

/// <summary>One line of the result.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The platform's figure.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Peer">What it is compared with; null where the bar is a number.</param>
/// <param name="PeerValue">The peer's figure in the same run.</param>
/// <param name="Ratio">Value by the peer's.</param>
/// <param name="Bar">What the ratio, or the value where there is no peer, is to reach.</param>
/// <param name="Met">Whether it does.</param>
internal sealed record ResultLine(string Name, double Value, string Unit, string? Peer, double? PeerValue, double? Ratio, double Bar, bool Met);

/// <summary>Holds the platform's figures against the peers' and the bars.</summary>
internal sealed class Report(IReadOnlyList<Figure> figures, IReadOnlyList<PeerRow> peers)
{
    // Prefixes of figures: microseconds of CPU of a no-op job, and of its upload; the process follows.
    private const string Job = "services.noop_cpu.";
    private const string Upload = "services.submit_cpu.";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Reads both files, writes <paramref name="output"/>, prints its lines as a table and puts that into a page.</summary>
    public static void Write(string ours, string theirs, string output, string page)
    {
        var report = new Report(
            [.. File.ReadLines(ours).Select(line => JsonSerializer.Deserialize<Figure>(line, JsonSerializerOptions.Web)!)],
            [.. File.ReadLines(theirs).Select(line => JsonSerializer.Deserialize<PeerRow>(line, Json)!)]);
        var lines = report.Lines().ToList();
        File.WriteAllText(output, JsonSerializer.Serialize(lines, Json) + "\n");
        var table = string.Join('\n', ["| what | value | compared with | ratio | bar | met |", "|---|---|---|---|---|---|", .. lines.Select(Row)]);
        Console.WriteLine(table);
        PutInto(page, "results", table);
        PutInto(page, "cpu", report.CpuTable());
        PutInto(page, "stages", report.StageTable());
    }

    private static string Row(ResultLine line)
    {
        var peer = line.Peer is null ? "" : $"{line.Peer}: {line.PeerValue:N0}";
        return string.Create(CultureInfo.InvariantCulture, $"| {line.Name} | {line.Value:#,0.##} {line.Unit} | {peer} | {line.Ratio:0.00} | {line.Bar:#,0.##} | {(line.Met ? "yes" : "no")} |");
    }

    // Between the comments that name the part.
    private static void PutInto(string page, string part, string text)
    {
        var (begin, end) = ($"<!-- {part} -->\n", $"<!-- end of {part} -->");
        var old = File.ReadAllText(page);
        var from = old.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        File.WriteAllText(page, $"{old[..from]}{text}\n{old[old.IndexOf(end, from, StringComparison.Ordinal)..]}");
    }

    private string CpuTable()
    {
        string[] costs = [Job, Upload, "services.http_cpu.", "services.small_batch_cpu.", "services.one_job_cpu."];
        var processes = figures.Where(figure => figure.Name.StartsWith(Job, StringComparison.Ordinal)).Select(figure => figure.Name[Job.Length..]).Distinct().ToList();
        return string.Join('\n', ["| process | no-op job, of 100,000 | of that, its upload | job that calls | batch of 10 jobs, of 1,000 at once | one-job batch, and waiting for it |", "|---|---|---|---|---|---|",
            .. processes.Select(process => Line(process, costs.Select(cost => Value(cost + process).Value))),
            Line("all", costs.Select(cost => processes.Sum(process => Value(cost + process).Value)))]);

        static string Line(string name, IEnumerable<double> values) =>
            $"| {name} | {string.Join(" | ", values.Select(value => value.ToString(value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture)))} |";
    }

    // A job passes RabbitMQ twice, in a slice and in a report: half of what that costs belongs to each.
    private string StageTable()
    {
        var broker = Run("rabbitmq") / 2;
        return string.Join('\n', ["| stage | where | budget | used |", "|---|---|---|---|",
            Stage("parse", "gateway, api", 3, Value(Upload + "gateway").Value + Value(Upload + "api").Value),
            Stage("stage", "PostgreSQL", 3, Value(Upload + "postgres").Value),
            Stage("cut, send, store", "orchestrator, PostgreSQL, half of RabbitMQ", 12, Run("orchestrator") + Run("postgres") + broker),
            Stage("execute, report", "worker, half of RabbitMQ", 5, Run("worker") + broker)]);

        double Run(string process) => Value(Job + process).Value - Value(Upload + process).Value;

        static string Stage(string name, string where, int budget, double used) =>
            string.Create(CultureInfo.InvariantCulture, $"| {name} | {where} | {budget} | {used:0.0} |");
    }

    private IEnumerable<ResultLine> Lines()
    {
        var noop = Best(row => row.Body is null or "noop" && !row.Peer.StartsWith("floor", StringComparison.Ordinal));
        var http = Best(row => row.Body == "http" && !row.Peer.StartsWith("floor", StringComparison.Ordinal));
        yield return AtLeast("noop_services", "services.noop", noop, 2);
        yield return AtLeast("noop_standalone", "standalone.noop", noop, 2);
        yield return AtLeast("http_jobs", "services.http_jobs", http, 2);
        yield return AtLeast("http_jobs_of_bare_client", "services.http_jobs", Best(row => row.Peer == "floor-http-dotnet"), 0.4);
        yield return AtLeast("submit", "services.submit", 200_000);
        yield return AtLeast("read_results", "services.read_results", 300_000);
        yield return AtMost("one_job_p50", "services.one_job_p50", 6);
        yield return AtMost("one_job_p50_of_bare_steps", "floor.one_job_p50", 6);
        yield return AtMost("one_job_p99", "services.one_job_p99", 15);
        yield return AtMost("one_job_p99_of_bare_steps", "floor.one_job_p99", 15);
        yield return AtMost("cold_first", "services.cold_first", 150);
        yield return AtMost("cold_p99", "services.cold_p99", 40);
        yield return AtLeast("small_batches", "services.small_batches", Own("services.noop"), 0.5);
        yield return AtLeast("small_batches_of_bare_steps", "floor.small_batches", Own("services.noop"), 0.5);
        yield return AtLeast("million_slowdown", "services.million", Own("services.noop"), 0.85);
        yield return AtMost("million_peak_rss", "services.million_peak_rss", 300);
        yield return AtLeast("noop_services_cold", "services.noop_cold", noop, 2);
        yield return AtLeast("noop_standalone_cold", "standalone.noop_cold", noop, 2);
        yield return AtLeast("small_batches_cold", "services.small_batches_cold", Own("services.noop"), 0.5);
    }

    private (string Name, double Rate) Best(Func<PeerRow, bool> which)
    {
        var best = peers.Where(row => row.Mode == "batch" && which(row)).MaxBy(row => row.JobsS)!;
        return (best.Peer, best.JobsS);
    }

    private (string Name, double Rate) Own(string figure) => (figure, Value(figure).Value);

    private Figure Value(string name) => figures.Last(figure => figure.Name == name);

    private ResultLine AtLeast(string name, string figure, (string Name, double Rate) peer, double bar)
    {
        var (value, ratio) = (Value(figure), Value(figure).Value / peer.Rate);
        return new ResultLine(name, value.Value, value.Unit, peer.Name, peer.Rate, ratio, bar, ratio >= bar);
    }

    private ResultLine AtLeast(string name, string figure, double bar) => Plain(name, Value(figure), bar, Value(figure).Value >= bar);

    private ResultLine AtMost(string name, string figure, double bar) => Plain(name, Value(figure), bar, Value(figure).Value <= bar);

    private static ResultLine Plain(string name, Figure figure, double bar, bool met) => new(name, figure.Value, figure.Unit, Peer: null, PeerValue: null, Ratio: null, bar, met);
}

/// <summary>What the peers' harness wrote of one run.</summary>
internal sealed record PeerRow(string Peer, string Mode, string? Body, [property: JsonPropertyName("jobs_s")] double JobsS);

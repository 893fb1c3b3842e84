using BatchPlatform.Contracts;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>
/// Stores reports of one run one after the other, because whoever stores one has the run's row until his commit. Those that
/// come meanwhile share the next transaction (group commit): nobody waits for company, and under load most find some.
/// </summary>
public sealed partial class ReportGroups(ReportStore store, ILogger<ReportGroups> logger)
{
    // What one transaction stores at most, so that it stays short and what it holds in memory small.
    internal const int MostReports = 8;
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(long Batch, int Run), Line> _lines = [];

    /// <summary>Completes when the report is stored.</summary>
    /// <param name="report">The report.</param>
    /// <param name="again">It was not stored when it was tried before: it goes alone, so that it fails nobody else, and trusts nothing.</param>
    /// <param name="cancellationToken">Ends the transaction.</param>
    public async Task StoreAsync(ReportOutcomes report, bool again, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(report, again);
        var line = Join(waiting);
        await line.Turn.WaitAsync(CancellationToken.None);
        try
        {
            await StoreAsync(Group(line, waiting), cancellationToken);
        }
        finally
        {
            line.Turn.Release();
            Leave(line);
        }

        // Which of a group was to blame shows when each goes alone.
        if (!await waiting.Stored.Task)
        {
            await StoreAsync(report, again: true, cancellationToken);
        }
    }

    private async Task StoreAsync(IReadOnlyList<Waiting> group, CancellationToken cancellationToken)
    {
        if (group.Count == 0)
        {
            return;
        }

        var stored = false;
        try
        {
            await store.StoreAsync([.. group.Select(waiting => waiting.Report)], group[0].Again, cancellationToken);
            stored = true;
        }
        catch (Exception error) when (group.Count > 1)
        {
            Log.NotTogether(logger, group.Count, error);
        }

        foreach (var waiting in group)
        {
            waiting.Stored.SetResult(stored);
        }
    }

    private Line Join(Waiting waiting)
    {
        lock (_lock)
        {
            var run = (waiting.Report.Number, waiting.Report.Run);
            if (!_lines.TryGetValue(run, out var line))
            {
                _lines[run] = line = new Line(run);
            }

            line.Members++;
            line.Waiting.Add(waiting);
            return line;
        }
    }

    private void Leave(Line line)
    {
        lock (_lock)
        {
            line.Members--;
            if (line.Members == 0)
            {
                _lines.Remove(line.Run);
            }
        }
    }

    // The first with those after it that fit; nothing when somebody took the first along. Of a slice one at a time, since
    // what the next one may say depends on what this one said.
    private List<Waiting> Group(Line line, Waiting first)
    {
        lock (_lock)
        {
            if (!line.Waiting.Remove(first))
            {
                return [];
            }

            var (group, bytes) = (new List<Waiting> { first }, first.Report.Outcomes.Length);
            foreach (var other in first.Again ? [] : line.Waiting.Where(other => !other.Again).ToList())
            {
                bytes += other.Report.Outcomes.Length;
                if (group.Count == MostReports || bytes > MostBytes)
                {
                    break;
                }

                if (group.TrueForAll(member => member.Report.SliceId != other.Report.SliceId))
                {
                    group.Add(other);
                    line.Waiting.Remove(other);
                }
            }

            return group;
        }
    }

    private sealed class Waiting(ReportOutcomes report, bool again)
    {
        public ReportOutcomes Report => report;

        public bool Again => again;

        // False: it was to be stored with others, and was not.
        public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // The reports of one run that are not stored yet, in the order in which they came.
    private sealed class Line((long Batch, int Run) run)
    {
        public (long Batch, int Run) Run => run;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public List<Waiting> Waiting { get; } = [];

        public int Members { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} reports could not be stored together; each is tried alone")]
        public static partial void NotTogether(ILogger logger, int count, Exception error);
    }
}

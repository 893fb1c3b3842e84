using System.Diagnostics.Metrics;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Telemetry;

namespace BatchPlatform.Orchestrator;

/// <summary>What an orchestrator counts as it happens; what stands in the store is measured by <see cref="Clocks.StoreGauges"/>.</summary>
public sealed class OrchestratorMetrics
{
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _lost;

    public OrchestratorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Name);
        _outcomes = meter.CreateCounter<long>("batchplatform.outcomes", "{job}", "Outcomes stored, by upstream, outcome and error code.");
        _lost = meter.CreateCounter<long>("batchplatform.slices.lost", "{slice}", "Slices whose worker went silent, or that no worker took.");
    }

    /// <summary>Notes outcomes that were stored.</summary>
    public void Stored(string ns, IReadOnlyList<PackedOutcome> outcomes)
    {
        if (!_outcomes.Enabled)
        {
            return;
        }

        foreach (var alike in outcomes.GroupBy(outcome => (outcome.Completed, outcome.ErrorCode)))
        {
            _outcomes.Add(
                alike.Count(), new(Meters.Upstream, ns), new(Meters.Outcome, alike.Key.Completed ? "completed" : "failed"), new(Meters.ErrorType, alike.Key.ErrorCode));
        }
    }

    /// <summary>Notes slices that were taken back.</summary>
    public void TakenBack(int silent, int untaken)
    {
        _lost.Add(silent, new KeyValuePair<string, object?>("batchplatform.reason", "silent"));
        _lost.Add(untaken, new KeyValuePair<string, object?>("batchplatform.reason", "untaken"));
    }
}

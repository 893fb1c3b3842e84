using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Orchestrator.Outcomes;

/// <summary>Closes an upstream for everybody when it asks for that.</summary>
public sealed class Gates
{
    /// <summary>Closes it at least until then; an earlier end than the one it has changes nothing.</summary>
    public async Task CloseAsync(WorkUnit unit, string ns, DateTime until, CancellationToken cancellationToken)
    {
        var gate = await unit.Db.Gates.FirstOrDefaultAsync(row => row.Namespace == ns, cancellationToken);
        if (gate is null)
        {
            unit.Db.Gates.Add(new Gate { Namespace = ns, ClosedUntil = until });
        }
        else if (gate.ClosedUntil < until)
        {
            gate.ClosedUntil = until;
        }
    }
}

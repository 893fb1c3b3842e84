namespace BatchPlatform.Store.Tables;

/// <summary>
/// A command that made a batch, or never will, in <c>spent_commands</c>: stays when the batch goes, so that the same command coming late
/// does not make it again. The saga writes it; the orchestrator removes it once nothing so old can be on its way.
/// </summary>
public sealed class SpentCommand
{
    public Guid Id { get; set; }

    public DateTime At { get; set; }
}

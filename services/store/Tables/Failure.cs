using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Tables;

/// <summary>
/// That jobs of a run failed with a code, however many: what batches are searched by. Written with the first such outcome, by the
/// orchestrator only.
/// </summary>
public sealed class Failure
{
    public long Batch { get; set; }

    public int Run { get; set; }

    /// <summary>The outcomes' code, as <see cref="CodeOf"/> shortens it.</summary>
    public string Code { get; set; } = "";

    public string Tenant { get; set; } = "";

    /// <summary>What of a code is kept and looked for: handlers have codes of their own, of any length.</summary>
    public static string CodeOf(string? code) => code is { Length: > Limits.NameLength } ? code[..Limits.NameLength] : code ?? "";
}

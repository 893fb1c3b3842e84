using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Gateway;

/// <summary>The batches that a gateway runs before it is ready, section <c>Rehearsal</c>; see <see cref="Rehearsal"/>. Checked at start.</summary>
public sealed class RehearsalOptions
{
    /// <summary>Where it is bound from.</summary>
    public const string Section = "Rehearsal";

    /// <summary>Batches of one job each; 0, the default, to 10,000. At 0 nothing is rehearsed.</summary>
    [Range(0, 10_000)]
    public int Batches { get; set; }

    /// <summary>An API key, best of a tenant that is there for nothing else. Secret.</summary>
    public string Key { get; set; } = "";

    /// <summary>The upstream that the jobs call; <c>bench</c>, the default, is there where <c>Bench:Enabled</c> is, and makes no call.</summary>
    public string Namespace { get; set; } = "bench";

    /// <summary>The upstream's action, called without params; <c>noop</c>, the default, does nothing.</summary>
    public string Action { get; set; } = "noop";

    /// <summary>Where the gateway reaches itself; by default the first address that it listens at by HTTP.</summary>
    public Uri? Address { get; set; }

    /// <summary>How long readiness waits for it at most; 1 to 600 s.</summary>
    [Range(1, 600)]
    public double Seconds { get; set; } = 60;
}

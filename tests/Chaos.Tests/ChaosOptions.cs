using System.Globalization;
using BatchPlatform.Testing;

namespace BatchPlatform.Chaos.Tests;

/// <summary>How a chaos run is made.</summary>
/// <param name="Length">For how long faults are injected.</param>
/// <param name="Seed">The same one draws the same batches and faults; what then happens still depends on the machine.</param>
/// <param name="Clients">Clients that submit batches, one after the other each.</param>
internal sealed record ChaosOptions(TimeSpan Length, int Seed, int Clients = 4)
{
    /// <summary>The folder that keeps what the processes wrote.</summary>
    public static string Logs { get; } = Directory.CreateDirectory(Path.Combine(RepositoryPaths.Root, "artifacts", "chaos")).FullName;

    /// <summary>How long the platform may take, after a fault has ended, until a new batch is finished: twice as long in the sample, which runs on whatever machine tests run on.</summary>
    public TimeSpan RecoveryBar { get; } = TimeSpan.FromSeconds(Number("BP_CHAOS_MINUTES") is null && !LongSuite.IsFull ? 60 : 30);

    /// <summary>BP_CHAOS_MINUTES, or 1, and 30 of the full suite; BP_CHAOS_SEED, or any.</summary>
    public static ChaosOptions FromEnvironment() => new(
        TimeSpan.FromMinutes(Number("BP_CHAOS_MINUTES") ?? LongSuite.Cases(sample: 1, full: 30)),
        (int)(Number("BP_CHAOS_SEED") ?? Random.Shared.Next()));

    private static double? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? double.Parse(value, CultureInfo.InvariantCulture) : null;
}

namespace BatchPlatform.Bench;

/// <summary>What a stretch of a measurement costs, from when it was made: the CPU time of each process of the platform, of the servers that these talk to, and of this client.</summary>
internal sealed class CpuMeter(Target target)
{
    private readonly IReadOnlyDictionary<string, double> _before = target.CpuByProcess();

    /// <summary>Microseconds by process, for each of so many.</summary>
    public IReadOnlyDictionary<string, double> Each(int count) =>
        target.CpuByProcess().ToDictionary(used => used.Key, used => (used.Value - _before[used.Key]) * 1e6 / count);
}

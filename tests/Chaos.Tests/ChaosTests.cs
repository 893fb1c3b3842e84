using BatchPlatform.Chaos.Tests.Faults;
using BatchPlatform.Testing;
using BatchPlatform.Testing.Ledger;
using Xunit.Abstractions;

namespace BatchPlatform.Chaos.Tests;

/// <summary>
/// The separate processes, two of each, under a load of batches of all kinds while faults are injected at random; at the end the
/// ledger must hold. <c>./chaos.sh</c> runs it alone, for as long as it is told to.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan RecoveryBar = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Whatever_is_killed_nothing_is_lost_and_nothing_counted_twice()
    {
        var report = await ChaosRun.OfAsync(ChaosOptions.FromEnvironment(), output.WriteLine);
        output.WriteLine(report.ToString());

        Assert.True(report.Ledger.Holds, report.ToString());
        Assert.All(report.Recovery, kind => Assert.True(kind.Value.Max() <= RecoveryBar, report.ToString()));
    }
}

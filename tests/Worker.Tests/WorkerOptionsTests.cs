using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Tests;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void The_defaults_are_within_their_bounds()
    {
        var options = Bind().GetRequiredService<IOptions<WorkerOptions>>().Value;

        Assert.Equal(Math.Max(8, 4 * Environment.ProcessorCount), options.Slots);
        Assert.Equal((5, 15, 25), (options.HeartbeatPeriod.TotalSeconds, options.Lease.TotalSeconds, options.DrainTimeout.TotalSeconds));
    }

    [Theory]
    [InlineData("Slots", "0")]
    [InlineData("Slots", "1025")]
    [InlineData("HeartbeatPeriod", "00:00:06")]
    [InlineData("Lease", "00:00:20")]
    [InlineData("ReportBytes", "524289")]
    [InlineData("DrainTimeout", "00:11:00")]
    public void A_value_out_of_bounds_is_refused(string name, string value) =>
        Assert.Throws<OptionsValidationException>(() => Bind((name, value)).GetRequiredService<IOptions<WorkerOptions>>().Value);

    [Fact]
    public void The_host_waits_for_the_drain() =>
        Assert.True(Bind(("DrainTimeout", "00:02:00")).GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout > TimeSpan.FromMinutes(2));

    private static ServiceProvider Bind(params (string Name, string Value)[] values)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(values.ToDictionary(value => $"Worker:{value.Name}", value => (string?)value.Value));
        builder.AddWorker();
        return builder.Services.BuildServiceProvider();
    }
}

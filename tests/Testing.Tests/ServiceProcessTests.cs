using Xunit;
using Xunit.Sdk;

namespace BatchPlatform.Testing.Tests;

public sealed class ServiceProcessTests
{
    private const string Probe = "tests/Testing.Probe";

    [Fact]
    public async Task A_started_service_is_ready_and_has_its_environment()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Probe__WarmUpMilliseconds"] = "300",
            ["Probe__Setting"] = "blue",
        };
        await using var probe = await ServiceProcess.StartAsync(Probe, environment);

        using var ready = await probe.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.True(ready.IsSuccessStatusCode);
        Assert.Equal("blue", await probe.Client.GetStringAsync(new Uri("/setting", UriKind.Relative)));
        await Eventually.True(() => probe.Output.Contains($"Now listening on: {probe.BaseAddress.GetLeftPart(UriPartial.Authority)}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_terminated_service_ends_in_order()
    {
        await using var probe = await ServiceProcess.StartAsync(Probe);
        probe.Terminate();

        Assert.Equal(0, await probe.WaitForExitAsync());
        Assert.Contains("probe stopped in order", probe.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_service_just_ends_and_starts_again_on_its_port()
    {
        await using var first = await ServiceProcess.StartAsync(Probe);
        first.Kill();
        Assert.Equal(128 + 9, await first.WaitForExitAsync());
        Assert.DoesNotContain("probe stopped in order", first.Output, StringComparison.Ordinal);

        await using var second = await ServiceProcess.StartAsync(Probe, port: first.Port);
        Assert.Equal(first.BaseAddress, second.BaseAddress);
    }

    [Fact]
    public async Task A_service_that_ends_too_early_fails_at_once_and_shows_why()
    {
        var failure = await Assert.ThrowsAsync<XunitException>(() => ServiceProcess.StartAsync(Probe, arguments: ["fail"]));

        Assert.Contains("ended with code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("asked to fail", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_never_ready_fails_in_time_and_is_not_left_behind()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Probe__WarmUpMilliseconds"] = "3600000" };
        var port = LoopbackPort.Next();
        var failure = await Assert.ThrowsAsync<XunitException>(
            () => ServiceProcess.StartAsync(Probe, environment, port: port, timeout: TimeSpan.FromSeconds(3)));

        Assert.Contains("was not ready in time", failure.Message, StringComparison.Ordinal);
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready")));
    }

    [Fact]
    public async Task A_service_dies_with_the_process_that_started_it()
    {
        await using var parent = await ServiceProcess.LaunchAsync(Probe, arguments: ["parent"]);
        await Eventually.True(() => parent.Output.Contains("child ready", StringComparison.Ordinal));
        var child = int.Parse(parent.Output.Split("child ready ")[1].Split('\n')[0]);
        Assert.True(IsRunning(child));

        parent.Kill();

        await Eventually.True(() => !IsRunning(child));
    }

    // A process that nobody reaped yet keeps its folder, but has no command line any more.
    private static bool IsRunning(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

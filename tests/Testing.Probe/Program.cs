// The smallest service: what the tests of ServiceProcess start, so that they depend on no real one.
using BatchPlatform.Testing;

if (args is ["fail"])
{
    Console.Error.WriteLine("asked to fail");
    return 3;
}

if (args is ["parent"])
{
    await using var child = await ServiceProcess.StartAsync("tests/Testing.Probe");
    Console.WriteLine($"child ready {child.Id}");
    return await child.WaitForExitAsync();
}

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
var started = TimeProvider.System.GetTimestamp();
var warmUp = TimeSpan.FromMilliseconds(app.Configuration.GetValue("Probe:WarmUpMilliseconds", 0));

app.MapGet("/health/ready", () =>
    TimeProvider.System.GetElapsedTime(started) < warmUp ? Results.StatusCode(503) : Results.Ok());
app.MapGet("/setting", (IConfiguration configuration) => configuration["Probe:Setting"]);
app.Lifetime.ApplicationStopped.Register(() => Console.WriteLine("probe stopped in order"));

await app.RunAsync();
return 0;

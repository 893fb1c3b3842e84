using System.CommandLine;
using BatchPlatform.Bench;
using BatchPlatform.Testing;

var jobs = new Option<int>("--jobs") { Description = "Jobs in the batch.", DefaultValueFactory = _ => 100_000 };
var runs = new Option<int>("--runs") { Description = "Batches, one after another; the median counts.", DefaultValueFactory = _ => 3 };
var singles = new Option<int>("--singles") { Description = "One-job batches, for latency.", DefaultValueFactory = _ => 500 };
var callbacks = new Option<int>("--callbacks") { Description = "Callbacks owed at the same moment; 0 for none.", DefaultValueFactory = _ => 1000 };
var shape = new Option<string>("--shape") { Description = "standalone, services or both.", DefaultValueFactory = _ => "both" };
var overhead = new Option<int>("--overhead") { Description = "Measure instead, with so many small requests each, what the gateway adds to one.", DefaultValueFactory = _ => 0 };
var root = new RootCommand("End-to-end throughput: from the first byte submitted to every outcome stored and the batch Finished.") { jobs, runs, singles, callbacks, shape, overhead };
root.SetAction(async (parsed, cancellationToken) =>
{
    if (parsed.GetValue(overhead) is > 0 and var requests)
    {
        await using var services = await Deployment.StartAsync(settings: Target.Settings);
        using var measured = new Overhead(services, requests);
        await measured.RunAsync(cancellationToken);
        return;
    }

    string[] shapes = parsed.GetValue(shape) is "both" or null ? ["standalone", "services"] : [parsed.GetValue(shape)!];
    foreach (var each in shapes)
    {
        await using var target = await Target.StartAsync(each);
        var throughput = new Throughput(target, parsed.GetValue(jobs), parsed.GetValue(runs));
        await throughput.RunAsync(cancellationToken);
        await new Latency(target, parsed.GetValue(singles)).RunAsync(cancellationToken);
        await using var owed = new Callbacks(target, parsed.GetValue(callbacks));
        await owed.RunAsync(cancellationToken);
        target.PrintProcesses();
    }
});
return await root.Parse(args).InvokeAsync();

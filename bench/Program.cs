using System.CommandLine;
using BatchPlatform.Bench;
using BatchPlatform.Testing;

var shape = new Option<string>("--shape") { Description = "standalone, services or both.", DefaultValueFactory = _ => "both" };
var jobs = new Option<int>("--jobs") { Description = "Jobs in a big batch.", DefaultValueFactory = _ => 100_000 };
var runs = new Option<int>("--runs") { Description = "Big batches after the first, cold one; the median counts.", DefaultValueFactory = _ => 3 };
var httpJobs = new Option<int>("--http-jobs") { Description = "Jobs in a big batch of real calls.", DefaultValueFactory = _ => 100_000 };
var server = new Option<string?>("--http-server") { Description = "Origin of a trivial HTTP server; without it no real calls are made." };
var warmUps = new Option<int>("--warm-ups") { Description = "One-job batches before those that count.", DefaultValueFactory = _ => 2000 };
var singles = new Option<int>("--singles") { Description = "One-job batches that count.", DefaultValueFactory = _ => 500 };
var million = new Option<bool>("--million") { Description = "A batch of a million jobs, too." };
var output = new Option<string?>("--out") { Description = "Where to append the figures, as JSON lines." };
var run = new Command("run", "Everything, end to end, on a fresh platform.") { shape, jobs, runs, httpJobs, server, warmUps, singles, million, output };
run.SetAction(async (parsed, cancellationToken) =>
{
    var suite = new Suite(
        parsed.GetValue(jobs), parsed.GetValue(runs), parsed.GetValue(httpJobs), parsed.GetValue(warmUps), parsed.GetValue(singles), parsed.GetValue(million), parsed.GetValue(server));
    foreach (var each in parsed.GetValue(shape) is "both" or null ? ["standalone", "services"] : new[] { parsed.GetValue(shape)! })
    {
        await suite.RunAsync(each, new Measured(parsed.GetValue(output)), cancellationToken);
    }
});

var count = new Argument<int>("count") { Description = "Requests of each kind.", DefaultValueFactory = _ => 5000 };
var overhead = new Command("overhead", "What the gateway adds to a small request.") { count };
overhead.SetAction(async (parsed, cancellationToken) =>
{
    await using var services = await Deployment.StartAsync(settings: Target.Settings);
    using var measured = new Overhead(services, parsed.GetValue(count));
    await measured.RunAsync(cancellationToken);
});

var callbacks = new Command("callbacks", "How long callbacks that are owed at once take to reach one receiver.") { shape, count };
callbacks.SetAction(async (parsed, cancellationToken) =>
{
    await using var target = await Target.StartAsync(parsed.GetValue(shape) is "both" or null ? "services" : parsed.GetValue(shape)!);
    await using var owed = new Callbacks(target, parsed.GetValue(count));
    await owed.RunAsync(cancellationToken);
});

var ours = new Option<string>("--ours") { Description = "Figures that run wrote.", Required = true };
var peers = new Option<string>("--peers") { Description = "Figures that peers/run.sh wrote.", Required = true };
var results = new Option<string>("--results") { Description = "Where to write the result.", Required = true };
var page = new Option<string>("--page") { Description = "The page to put the tables into.", Required = true };
var report = new Command("report", "Holds figures against the peers' and the bars.") { ours, peers, results, page };
report.SetAction(parsed => Report.Write(parsed.GetValue(ours)!, parsed.GetValue(peers)!, parsed.GetValue(results)!, parsed.GetValue(page)!));

var floor = new Command("floor", "What the transactions and messages of small batches take, with nothing in them and nothing between them.") { output };
floor.SetAction(async (parsed, cancellationToken) =>
{
    await using var steps = await BareSteps.StartAsync(cancellationToken);
    await steps.MeasureAsync(new Measured(parsed.GetValue(output)), cancellationToken);
});

var port = new Argument<int>("port");
var serve = new Command("serve", "The trivial HTTP server that is called.") { port };
serve.SetAction((parsed, cancellationToken) => TrivialServer.RunAsync(parsed.GetValue(port), cancellationToken));

var url = new Argument<Uri>("url") { CustomParser = text => new Uri(text.Tokens[0].Value) };
var concurrency = new Argument<int>("concurrency");
var client = new Command("client", "What HttpClient alone can call.") { url, count, concurrency };
client.SetAction((parsed, cancellationToken) => BareClient.RunAsync(parsed.GetValue(url)!, parsed.GetValue(count), parsed.GetValue(concurrency), cancellationToken));

var batch = new Argument<int>("jobs");
var memory = new Command("memory", "Has the host of a virtual machine give back the memory that a batch of so many jobs takes.") { batch };
memory.SetAction(parsed => HostMemory.TouchFor(parsed.GetValue(batch)));

return await new RootCommand("Benchmarks: bench/README.md") { run, overhead, callbacks, floor, report, serve, client, memory }.Parse(args).InvokeAsync();

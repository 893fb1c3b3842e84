using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Makes a batch of a file of jobs and runs it.</summary>
internal static class SubmitCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "Jobs as NDJSON, .csv or .json (an array); - reads NDJSON from standard input." };
    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Follow the batch until it has ended." };
    private static readonly Option<Guid?> Resume = Arguments.IdOption("--resume", "Go on with an upload that broke off: the batch that it was for, and the same FILE.");
    private static readonly Option<bool> Validate = new("--validate") { Description = "Have all jobs checked first; when one cannot be taken, there is no batch." };
    private static readonly Option<string?> Name = new("--name") { Description = "What the batch is called; FILE's name unless given.", HelpName = "TEXT" };
    private static readonly Option<string?> Priority = Arguments.Choice<BatchPriority>("--priority", "Before which other batches it runs; normal unless given.");
    private static readonly Option<bool> StopOnJobError = new("--stop-on-job-error") { Description = "The first failed job stops the batch." };
    private static readonly Option<TimeSpan?> Deadline = Arguments.Duration("--deadline", "A job fails that has no outcome after so long; 1d unless given.");
    private static readonly Option<int?> Canary = new("--canary") { Description = "Run so many jobs first; then the batch waits for bp resume.", HelpName = "JOBS" };
    private static readonly Option<double?> MaxFailureRate = new("--max-failure-rate") { Description = "Stop when this share of the jobs has failed: above 0, at most 1.", HelpName = "RATE" };
    private static readonly Option<double?> RequestsPerSecond = new("--requests-per-second") { Description = "Calls a second, at most.", HelpName = "CALLS" };
    private static readonly Option<int?> Concurrency = new("--concurrency") { Description = "Calls at once, at most.", HelpName = "CALLS" };
    private static readonly Option<string?> Callback = new("--callback") { Description = "Is told when the batch has ended.", HelpName = "URL" };

    // What a batch is created with, and what makes no sense for one that is there.
    private static readonly Option[] OfTheBatch = [Validate, Name, Priority, StopOnJobError, Deadline, Canary, MaxFailureRate, RequestsPerSecond, Concurrency, Callback];

    public static Command Make()
    {
        var command = new Command("submit", "Submit a file of jobs as a batch and run it.") { File, Watch, Resume };
        foreach (var option in OfTheBatch)
        {
            command.Add(option);
        }

        command.Validators.Add(given =>
        {
            if (given.GetResult(Resume) is not null && OfTheBatch.FirstOrDefault(option => given.GetResult(option) is { Implicit: false }) is { } option)
            {
                given.AddError($"{option.Name} cannot be given with --resume: the batch is there.");
            }
        });
        return command.Does(RunAsync);
    }

    private static async Task<int> RunAsync(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        var jobs = JobFile.Of(parsed.GetRequiredValue(File));
        var submission = new Submission(session.Platform, jobs);
        await using var input = jobs.Open();
        var batch = parsed.GetValue(Resume) is { } resumed
            ? await session.Platform.Batches.GetAsync(resumed, cancellationToken)
            : await submission.CreateAsync(NewBatchOf(parsed, jobs), parsed.GetValue(Validate), cancellationToken);
        if (batch.State == BatchState.Created)
        {
            batch = await SubmitAsync(session, submission, batch, input, cancellationToken);
        }

        session.Output.Tell(batch, $"Batch {batch.Id} (number {batch.Number}): {batch.Counts.Total} jobs, {batch.State}.");
        if (parsed.GetValue(Watch))
        {
            return await WatchCommand.FollowAsync(session, batch.Id, cancellationToken);
        }

        session.Output.Say($"Follow it: bp watch {batch.Id}");
        return ExitCodes.AllCompleted;
    }

    private static async Task<Batch> SubmitAsync(Session session, Submission submission, Batch batch, Stream input, CancellationToken cancellationToken)
    {
        if (batch.Callback?.Secret is { } secret)
        {
            session.Output.Say($"Callbacks are signed with {secret}, which is not shown again.");
        }

        try
        {
            var display = session.Output.IsJson ? new NoDisplay() : ProgressDisplay.ForOutput();
            await display.ShowAsync(progress => submission.UploadAsync(batch, input, progress, cancellationToken));
            var committed = await session.Platform.Batches.CommitAsync(batch.Id, cancellationToken);
            // The secret is in the answer to the creation only.
            return committed with { Callback = batch.Callback ?? committed.Callback };
        }
        catch (Exception error) when (Failure.Of(error) is not null)
        {
            if (!session.Output.IsJson)
            {
                await Console.Error.WriteLineAsync($"Batch {batch.Id} is not submitted. Go on: bp submit --resume {batch.Id} {submission.File}; or drop it: bp delete {batch.Id}");
            }

            throw;
        }
    }

    private static NewBatch NewBatchOf(ParseResult parsed, JobFile jobs) => new()
    {
        Name = parsed.GetValue(Name) ?? jobs.Name,
        Callback = parsed.GetValue(Callback) is { } url ? new Callback(url) : null,
        Options = new BatchOptions
        {
            Priority = Arguments.Of<BatchPriority>(parsed.GetValue(Priority)),
            StopOnJobError = parsed.GetValue(StopOnJobError) ? true : null,
            DeadlineSeconds = (int?)parsed.GetValue(Deadline)?.TotalSeconds,
            CanaryJobs = parsed.GetValue(Canary),
            FailureBudget = parsed.GetValue(MaxFailureRate) is { } rate ? new FailureBudget(rate) : null,
            Limits = (parsed.GetValue(RequestsPerSecond), parsed.GetValue(Concurrency)) is not (null, null) and var (calls, atOnce)
                ? new BatchLimits(calls ?? 0, atOnce ?? 0)
                : null,
        },
    };
}

using System.Globalization;

namespace BatchPlatform.Standalone.Run;

/// <summary>One file from its first byte submitted to its last result written.</summary>
internal sealed class FileRun(BatchClient client, JobFile jobs, Stream input, ResultFile results)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private readonly TimeProvider _time = TimeProvider.System;
    private TimeSpan _took;

    /// <summary>How the jobs ended.</summary>
    public BatchCounts Counts { get; private set; } = new(0, 0, 0);

    /// <summary>The whole in one line; programs may read it.</summary>
    public string LastLine => string.Create(
        CultureInfo.InvariantCulture, $"Finished: {Counts.Completed} completed, {Counts.Failed} failed in {_took.TotalSeconds:0.0} s");

    public async Task RunAsync(Action<RunProgress> progress, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        var batch = await client.CreateAsync(jobs.Name, cancellationToken);
        await SubmitAsync(batch, progress, cancellationToken);
        await client.CommitAsync(batch, cancellationToken);
        Counts = await FinishedAsync(batch, startedAt, progress, cancellationToken);
        await results.WriteAsync(file => client.DownloadAsync(batch, file, cancellationToken));
        _took = _time.GetElapsedTime(startedAt);
    }

    private async Task SubmitAsync(Guid batch, Action<RunProgress> progress, CancellationToken cancellationToken)
    {
        var submitted = client.AppendAsync(batch, input, jobs.ContentType, cancellationToken);
        while (input.CanSeek && !submitted.IsCompleted)
        {
            // A file's position runs ahead of what has been read.
            progress(new RunProgress("Submitting", Math.Min(input.Position, input.Length), input.Length));
            await Task.WhenAny(submitted, Task.Delay(LongestPause, _time, cancellationToken));
        }

        await submitted;
    }

    private async Task<BatchCounts> FinishedAsync(Guid batch, long startedAt, Action<RunProgress> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = await client.GetAsync(batch, cancellationToken);
            var counts = status.Counts;
            progress(new RunProgress("Running", counts.Completed + counts.Failed, counts.Total, counts.Failed));
            if (status.State == "Finished")
            {
                return counts;
            }

            await Task.Delay(PauseAfter(_time.GetElapsedTime(startedAt)), _time, cancellationToken);
        }
    }

    // Short runs are not kept waiting, long ones not asked too often.
    private static TimeSpan PauseAfter(TimeSpan elapsed) =>
        TimeSpan.FromTicks(Math.Clamp((elapsed / 20).Ticks, ShortestPause.Ticks, LongestPause.Ticks));
}

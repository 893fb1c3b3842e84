using System.Globalization;
using BatchPlatform.Client;

namespace BatchPlatform.Standalone.Run;

/// <summary>One file from its first byte submitted to its last result written.</summary>
internal sealed class FileRun(BatchPlatformClient client, JobFile jobs, Stream input, ResultFile results)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private readonly TimeProvider _time = TimeProvider.System;
    private TimeSpan _took;

    /// <summary>How the jobs ended.</summary>
    public BatchCounts Counts { get; private set; } = new();

    /// <summary>The whole in one line; programs may read it.</summary>
    public string LastLine => string.Create(
        CultureInfo.InvariantCulture, $"Finished: {Counts.Completed} completed, {Counts.Failed} failed in {_took.TotalSeconds:0.0} s");

    public async Task RunAsync(Action<StepProgress> progress, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        var batch = (await client.Batches.CreateAsync(new NewBatch { Name = jobs.Name }, cancellationToken)).Id;
        await input.ReadWithProgressAsync(client.Jobs.AddBodyAsync(batch, () => input, jobs.ContentType, cancellationToken: cancellationToken), progress, cancellationToken);
        await client.Batches.CommitAsync(batch, cancellationToken);
        Counts = await FinishedAsync(batch, startedAt, progress, cancellationToken);
        await results.WriteAsync(file => client.Results.CopyAsync(batch, "ndjson", file, cancellationToken: cancellationToken));
        _took = _time.GetElapsedTime(startedAt);
    }

    private async Task<BatchCounts> FinishedAsync(Guid id, long startedAt, Action<StepProgress> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = await client.Batches.GetAsync(id, cancellationToken);
            progress(batch.Step());
            if (batch.State == BatchState.Finished)
            {
                return batch.Counts;
            }

            await Task.Delay(PauseAfter(_time.GetElapsedTime(startedAt)), _time, cancellationToken);
        }
    }

    // Short runs are not kept waiting, long ones not asked too often.
    private static TimeSpan PauseAfter(TimeSpan elapsed) =>
        TimeSpan.FromTicks(Math.Clamp((elapsed / 20).Ticks, ShortestPause.Ticks, LongestPause.Ticks));
}

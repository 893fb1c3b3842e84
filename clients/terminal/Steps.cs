using BatchPlatform.Client;

namespace BatchPlatform.Terminal;

/// <summary>What is shown of the steps of a batch.</summary>
public static class Steps
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How far a batch is.</summary>
    public static StepProgress Step(this Batch batch) => new BatchProgress(batch.State, batch.Counts, batch.JobsPerSecond, batch.EtaSeconds).Step();

    /// <summary>How far a batch is.</summary>
    public static StepProgress Step(this BatchProgress batch) => new(
        "Running", "jobs", batch.Counts.Completed + batch.Counts.Failed, batch.Counts.Total, batch.Counts.Failed, batch.JobsPerSecond, batch.EtaSeconds);

    /// <summary>Waits for an upload, and tells how much of its input has been read.</summary>
    public static async Task<T> ReadWithProgressAsync<T>(this Stream input, Task<T> upload, Action<StepProgress> progress, CancellationToken cancellationToken)
    {
        while (input.CanSeek && !upload.IsCompleted)
        {
            // A file's position runs ahead of what has been read.
            progress(new StepProgress("Submitting", "bytes", Math.Min(input.Position, input.Length), input.Length));
            await Task.WhenAny(upload, Task.Delay(Pause, TimeProvider.System, cancellationToken));
        }

        return await upload;
    }
}

using System.Globalization;

namespace BatchPlatform.Terminal;

/// <summary>At most one plain line a second, for a file or another program.</summary>
public sealed class ProgressLines(TextWriter output, TimeProvider time) : IProgressDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long _last = time.GetTimestamp();

    /// <inheritdoc/>
    public Task ShowAsync(Func<Action<StepProgress>, Task> work) => work(Update);

    private void Update(StepProgress progress)
    {
        if (time.GetElapsedTime(_last) < Pause)
        {
            return;
        }

        _last = time.GetTimestamp();
        var share = progress.Total == 0 ? 0 : 100 * progress.Done / progress.Total;
        var pace = progress.Pace is { Length: > 0 } known ? $", {known}" : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Step}: {progress.Done} of {progress.Total} ({share} %), {progress.Failed} failed{pace}"));
    }
}

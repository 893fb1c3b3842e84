using System.Globalization;

namespace BatchPlatform.Standalone.Run;

/// <summary>At most one plain line a second, for a file or another program.</summary>
internal sealed class ProgressLines(TextWriter output, TimeProvider time) : IProgressDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long _last = time.GetTimestamp();

    public Task ShowAsync(Func<Action<RunProgress>, Task> work) => work(Update);

    private void Update(RunProgress progress)
    {
        if (time.GetElapsedTime(_last) < Pause)
        {
            return;
        }

        _last = time.GetTimestamp();
        var share = progress.Total == 0 ? 0 : 100 * progress.Done / progress.Total;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Step}: {progress.Done} of {progress.Total} ({share} %), {progress.Failed} failed"));
    }
}

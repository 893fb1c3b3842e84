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
        output.WriteLine(Line(progress));
    }

    private static string Line(StepProgress progress)
    {
        var (done, total) = (progress.Done, progress.Total);
        var parts = string.Join(", ", new[]
        {
            total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done} of {total} {progress.Unit} ({100 * done / total} %)") : null,
            progress.Failed is { } failed ? string.Create(CultureInfo.InvariantCulture, $"{failed} failed") : null,
            progress.Pace is { Length: > 0 } pace ? pace : null,
        }.OfType<string>());
        return parts.Length > 0 ? $"{progress.Step}: {parts}" : progress.Step;
    }
}

using System.Globalization;
using Spectre.Console;

namespace BatchPlatform.Standalone.Run;

/// <summary>One bar for each step, for a terminal.</summary>
internal sealed class ProgressBars : IProgressDisplay
{
    public Task ShowAsync(Func<Action<RunProgress>, Task> work) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
        .StartAsync(async bars =>
        {
            var shown = new Dictionary<string, ProgressTask>();
            await work(progress => Update(bars, shown, progress));
        });

    private static void Update(ProgressContext bars, Dictionary<string, ProgressTask> shown, RunProgress progress)
    {
        if (!shown.TryGetValue(progress.Step, out var bar))
        {
            FillUp(shown.Values);
            bar = shown[progress.Step] = bars.AddTask(progress.Step);
        }

        bar.IsIndeterminate = progress.Total == 0;
        bar.MaxValue = Math.Max(progress.Total, 1);
        bar.Value = progress.Done;
        bar.Description = progress.Failed == 0
            ? progress.Step
            : string.Create(CultureInfo.InvariantCulture, $"{progress.Step} [red]({progress.Failed} failed)[/]");
    }

    // The steps before are over; their last report may have come a little early.
    private static void FillUp(IEnumerable<ProgressTask> bars)
    {
        foreach (var bar in bars)
        {
            bar.IsIndeterminate = false;
            bar.Value = bar.MaxValue;
        }
    }
}

using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BatchPlatform.Terminal;

/// <summary>One bar for each step, for a terminal.</summary>
public sealed class ProgressBars : IProgressDisplay
{
    private const string Pace = "pace";

    /// <inheritdoc/>
    public Task ShowAsync(Func<Action<StepProgress>, Task> work) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new PaceColumn(), new SpinnerColumn())
        .StartAsync(async bars =>
        {
            var shown = new Dictionary<string, ProgressTask>();
            await work(progress => Update(bars, shown, progress));
        });

    private static void Update(ProgressContext bars, Dictionary<string, ProgressTask> shown, StepProgress progress)
    {
        if (!shown.TryGetValue(progress.Step, out var bar))
        {
            FillUp(shown.Values);
            bar = shown[progress.Step] = bars.AddTask(progress.Step);
        }

        bar.IsIndeterminate = progress.Total == 0;
        bar.MaxValue = Math.Max(progress.Total, 1);
        bar.Value = progress.Done;
        bar.State.Update<StepProgress>(Pace, _ => progress);
        bar.Description = progress.Failed is > 0 and var failed
            ? string.Create(CultureInfo.InvariantCulture, $"{progress.Step} [red]({failed} failed)[/]")
            : progress.Step;
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

    // What the platform says of it; it knows of retries and limits, which a bar's own estimate does not.
    private sealed class PaceColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.IsFinished ? "" : task.State.Get<StepProgress>(Pace).Pace);
    }
}

namespace BatchPlatform.Terminal;

/// <summary>How far something is.</summary>
/// <param name="Step">What is being done, for a person.</param>
/// <param name="Unit">What is counted: jobs or bytes.</param>
/// <param name="Done">Of <paramref name="Total"/>.</param>
/// <param name="Total">0 when it is not known.</param>
/// <param name="Failed">Jobs that failed so far; null for a step that runs none.</param>
/// <param name="JobsPerSecond">How fast it is; null when nobody can say.</param>
/// <param name="EtaSeconds">How long it takes yet; null when nobody can say.</param>
public readonly record struct StepProgress(
    string Step, string Unit, long Done, long Total, int? Failed = null, double? JobsPerSecond = null, double? EtaSeconds = null)
{
    /// <summary>Rate and rest, as far as they are known.</summary>
    public string Pace => string.Join(", ", new[]
    {
        JobsPerSecond is { } rate ? $"{rate:0.#} jobs/s" : null,
        EtaSeconds is { } seconds ? $"{Durations.Text(TimeSpan.FromSeconds(seconds))} left" : null,
    }.OfType<string>());
}

/// <summary>Shows progress while something is being done.</summary>
public interface IProgressDisplay
{
    /// <summary>Does it, and shows what it reports.</summary>
    Task ShowAsync(Func<Action<StepProgress>, Task> work);
}

/// <summary>Chooses how progress is shown.</summary>
public static class ProgressDisplay
{
    /// <summary>Bars for a terminal, lines for a file or another program.</summary>
    public static IProgressDisplay ForOutput() => Console.IsOutputRedirected ? new ProgressLines(Console.Out, TimeProvider.System) : new ProgressBars();
}

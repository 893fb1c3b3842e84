namespace BatchPlatform.Standalone.Run;

/// <summary>How far a run is.</summary>
/// <param name="Step">What is being done, for a person.</param>
/// <param name="Done">Of <paramref name="Total"/>, in the step's own unit.</param>
/// <param name="Total">0 when it is not known.</param>
/// <param name="Failed">Jobs that failed so far.</param>
internal readonly record struct RunProgress(string Step, long Done, long Total, int Failed = 0);

/// <summary>Shows progress while something is being done.</summary>
internal interface IProgressDisplay
{
    Task ShowAsync(Func<Action<RunProgress>, Task> work);
}

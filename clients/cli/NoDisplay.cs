namespace BatchPlatform.CommandLine;

/// <summary>Shows nothing: standard output is a script's.</summary>
internal sealed class NoDisplay : IProgressDisplay
{
    public Task ShowAsync(Func<Action<StepProgress>, Task> work) => work(_ => { });
}

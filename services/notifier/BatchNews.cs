using BatchPlatform.Store.Tables;

namespace BatchPlatform.Notifier;

/// <summary>What there is to tell a client of its batch: what a format makes a body of.</summary>
/// <param name="Batch">The batch, which may have moved on since.</param>
/// <param name="Callback">How the client wants it.</param>
/// <param name="Event">One of <see cref="CallbackEvents"/>.</param>
/// <param name="State">The state told.</param>
/// <param name="At">When it came to be, UTC.</param>
/// <param name="Run">The run.</param>
/// <param name="Epoch">The start of it.</param>
/// <param name="Runs">The run, after those that it retries; empty when it was never laid out.</param>
/// <param name="Counts">Jobs, and how many of them have which outcome.</param>
/// <param name="Links">Where the rest is.</param>
public sealed record BatchNews(
    Batch Batch,
    Callback Callback,
    string Event,
    BatchState State,
    DateTime At,
    int Run,
    int Epoch,
    IReadOnlyList<Run> Runs,
    NewsCounts Counts,
    NewsLinks Links)
{
    /// <summary>Which outcomes the client wants in the callback itself: null for those of any state.</summary>
    public JobState? ResultState => Callback.Include == "failed" ? JobState.Failed : null;

    /// <summary>Whether the client wants outcomes in the callback itself, and there is an end to tell them at.</summary>
    public bool WantsResults => Callback.Include is "results" or "failed" && Event != CallbackEvents.Progress;
}

/// <summary>Jobs of the run, and how many of them have which outcome; a retry of failed jobs counts over the run that it retries.</summary>
public sealed record NewsCounts(int Total, int Completed, int Failed);

/// <summary>Where the rest is; paths when there is no <see cref="PublicAddress"/>.</summary>
/// <param name="Batch">The batch, with a key.</param>
/// <param name="Results">Its results, with a key.</param>
/// <param name="Download">The results without a key, for as long as the link is good.</param>
public sealed record NewsLinks(string Batch, string Results, string Download);

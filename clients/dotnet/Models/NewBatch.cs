namespace BatchPlatform.Client;

/// <summary>A batch to be created. What is null is left to the platform.</summary>
public sealed record NewBatch
{
    /// <summary>What people call it; at most 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>It takes jobs whenever it is not running, not only before its first run.</summary>
    public bool? Recurring { get; init; }

    /// <summary>How it runs.</summary>
    public BatchOptions? Options { get; init; }

    /// <summary>Who is told when it ends.</summary>
    public Callback? Callback { get; init; }

    /// <summary>When it runs by itself; a batch with one is recurring.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Its jobs, where they are few; see <see cref="JobsClient.AddAsync(Guid, IAsyncEnumerable{NewJob}, UploadOptions?, CancellationToken)"/> for many.</summary>
    public IReadOnlyList<NewJob>? Jobs { get; init; }

    /// <summary>Run the jobs at once.</summary>
    public bool? Commit { get; init; }
}

/// <summary>How a batch runs. What is null is left to the platform.</summary>
public sealed record BatchOptions
{
    /// <summary>The first failed job stops the batch.</summary>
    public bool? StopOnJobError { get; init; }

    /// <summary>Before which other batches its jobs are run.</summary>
    public BatchPriority? Priority { get; init; }

    /// <summary>A job fails that has no outcome after so many seconds; at most 30 days.</summary>
    public int? DeadlineSeconds { get; init; }

    /// <summary>So many jobs are run first; then the batch waits for approval. 0 for none.</summary>
    public int? CanaryJobs { get; init; }

    /// <summary>How many failures it bears.</summary>
    public FailureBudget? FailureBudget { get; init; }

    /// <summary>Limits on all of its calls together.</summary>
    public BatchLimits? Limits { get; init; }
}

/// <summary>Before which other batches a batch's jobs are run.</summary>
public enum BatchPriority
{
    /// <summary>After everything else.</summary>
    Lowest,

    /// <summary>Below normal.</summary>
    Low,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Above normal.</summary>
    High,

    /// <summary>Before everything else.</summary>
    Highest,
}

/// <summary>How many failures a batch bears.</summary>
/// <param name="Rate">The share of failed jobs at which it is spent; above 0, at most 1.</param>
/// <param name="Minimum">Outcomes before which nothing is concluded.</param>
/// <param name="Then">What happens when it is spent.</param>
public sealed record FailureBudget(double Rate, int Minimum = 20, BudgetSpent Then = BudgetSpent.Stop);

/// <summary>What happens to a batch whose failure budget is spent.</summary>
public enum BudgetSpent
{
    /// <summary>It is stopped.</summary>
    Stop,

    /// <summary>It is paused, until somebody resumes it.</summary>
    Pause,
}

/// <summary>Limits of one batch, on all of its calls together; 0 for none.</summary>
/// <param name="RequestsPerSecond">Calls a second.</param>
/// <param name="Concurrency">Calls at once.</param>
public sealed record BatchLimits(double RequestsPerSecond = 0, int Concurrency = 0);

/// <summary>Who is told when a batch ends.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Format">json, ndjson, csv or none.</param>
/// <param name="Include">summary, results or failed.</param>
/// <param name="Progress">Also tell how far the batch is, from time to time.</param>
/// <param name="Secret">What to sign with: <c>whsec_</c> and base64; made when null, and then shown once, in the answer.</param>
public sealed record Callback(string Url, string Format = "json", string Include = "summary", bool Progress = false, string? Secret = null);

using System.Net.Http.Headers;

namespace BatchPlatform.Client;

/// <summary>Adds jobs to batches and looks at them.</summary>
public sealed class JobsClient
{
    private readonly Transport _transport;

    internal JobsClient(Transport transport) => _transport = transport;

    /// <summary>
    /// Adds jobs as they come, in several uploads when they are many; memory holds one upload. Each upload is taken whole or not
    /// at all, so that after an exception the batch holds the jobs of those before: give the same jobs and the same
    /// <see cref="UploadOptions.Id"/> again, and only what is missing is added.
    /// </summary>
    /// <returns>Jobs in the batch afterwards.</returns>
    /// <exception cref="BatchPlatformException">INVALID_JOB: <see cref="BatchPlatformException.Errors"/> names each one of its upload by its line, the first job's being 1.</exception>
    public Task<int> AddAsync(Guid batch, IAsyncEnumerable<NewJob> jobs, UploadOptions? options = null, CancellationToken cancellationToken = default) =>
        new JobUpload(_transport, batch, options ?? new UploadOptions()).RunAsync(JobUpload.LinesOf(jobs, cancellationToken), cancellationToken);

    /// <summary>Adds a file's jobs, as <see cref="AddAsync(Guid, IAsyncEnumerable{NewJob}, UploadOptions?, CancellationToken)"/> does.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="ndjson">A job on each line.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<int> AddLinesAsync(Guid batch, Stream ndjson, UploadOptions? options = null, CancellationToken cancellationToken = default) =>
        new JobUpload(_transport, batch, options ?? new UploadOptions()).RunAsync(JobUpload.LinesOf(ndjson, cancellationToken), cancellationToken);

    /// <summary>Adds jobs in one upload: all or none.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="open">Opens the body, anew for each attempt.</param>
    /// <param name="contentType">application/x-ndjson, application/json (an array) or text/csv.</param>
    /// <param name="id">What the upload is called, as <see cref="UploadOptions.Id"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Jobs in the batch afterwards.</returns>
    public async Task<int> AddBodyAsync(Guid batch, Func<Stream> open, string contentType, string? id = null, CancellationToken cancellationToken = default)
    {
        var call = BodyOf(batch, open, contentType) with { IdempotencyKey = id };
        using var answer = await _transport.SendAsync(call, cancellationToken);
        return (await Transport.ReadAsync<Appended>(answer, cancellationToken)).Total;
    }

    /// <summary>Checks jobs and adds none.</summary>
    /// <param name="batch">The batch that they are meant for.</param>
    /// <param name="open">Opens the body, anew for each attempt.</param>
    /// <param name="contentType">application/x-ndjson, application/json (an array) or text/csv.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="BatchPlatformException">INVALID_JOB: <see cref="BatchPlatformException.Errors"/> names the first hundred.</exception>
    public async Task<int> CheckBodyAsync(Guid batch, Func<Stream> open, string contentType, CancellationToken cancellationToken = default)
    {
        using var answer = await _transport.SendAsync(BodyOf(batch, open, contentType, "?validate_only=true"), cancellationToken);
        return (await Transport.ReadAsync<Checked>(answer, cancellationToken)).Valid;
    }

    /// <summary>One job.</summary>
    public Task<Job> GetAsync(Guid batch, int index, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Job>(HttpMethod.Get, PathOf(batch, index), body: null, cancellationToken);

    /// <summary>The batch's jobs in order of index.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="state">Only those in this state.</param>
    /// <param name="errorCode">Only those that failed with this code.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<Job> ListAsync(Guid batch, JobState? state = null, string? errorCode = null, CancellationToken cancellationToken = default) =>
        _transport.ListAsync<Job>($"{BatchesClient.PathOf(batch)}/jobs", default(Query).With("state", state?.ToString()).With("error_code", errorCode), cancellationToken);

    /// <summary>One page of the batch's jobs. It may hold fewer than the limit, or none, and still have a next one.</summary>
    public Task<(IReadOnlyList<Job> Items, string? NextCursor)> PageAsync(
        Guid batch, JobState? state = null, string? errorCode = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _transport.PageAsync<Job>(
            $"{BatchesClient.PathOf(batch)}/jobs", default(Query).With("state", state?.ToString()).With("error_code", errorCode), limit, cursor, cancellationToken);

    /// <summary>Cancels one job: it fails with JOB_CANCELLED.</summary>
    public Task<Job> CancelAsync(Guid batch, int index, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Job>(HttpMethod.Post, $"{PathOf(batch, index)}/cancel", body: null, cancellationToken);

    private static Call BodyOf(Guid batch, Func<Stream> open, string contentType, string query = "") =>
        new(HttpMethod.Post, $"{BatchesClient.PathOf(batch)}/jobs{query}")
        {
            IsLong = true,
            Content = () => new StreamContent(open(), bufferSize: 64 * 1024) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } },
        };

    private static string PathOf(Guid batch, int index) => $"{BatchesClient.PathOf(batch)}/jobs/{index}";
}

/// <summary>How jobs are added.</summary>
public sealed record UploadOptions
{
    /// <summary>
    /// What the upload is called. Adding the same jobs again under the same name within a day adds each of them once; drawn
    /// anew when null.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// So many of the jobs were taken before, and are not sent again: of a batch that has jobs of this upload only, as many as it holds.
    /// </summary>
    public int Skip { get; init; }

    /// <summary>Told after each upload how many jobs the batch holds.</summary>
    public IProgress<int>? Progress { get; init; }
}

/// <summary>The answer to an upload, on the wire.</summary>
internal sealed record Appended(int Total);

/// <summary>The answer to a check, on the wire.</summary>
internal sealed record Checked(int Valid);

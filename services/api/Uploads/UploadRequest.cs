using BatchPlatform.Api.Upstreams;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>What a POST of jobs says about itself before its body is read.</summary>
internal sealed class UploadRequest
{
    private readonly HttpRequest _request;
    private readonly Func<RecordFormat<StagedJob>> _format;

    /// <exception cref="ProblemException">415 or 400.</exception>
    public UploadRequest(HttpRequest request)
    {
        _request = request;
        _format = UploadFormats.Of<StagedJob>(request.ContentType);
        ValidateOnly = Flag("validate_only");
    }

    /// <summary>Check the jobs and store nothing.</summary>
    public bool ValidateOnly { get; }

    /// <summary>The rules for this upload's jobs; <c>?namespace=</c> and <c>?action=</c> stand in for jobs that name none.</summary>
    public JobRules Rules(KnownUpstreams upstreams, int firstIndex) => new(upstreams, firstIndex, Text("namespace"), Text("action"));

    /// <summary>Reads the body once.</summary>
    public UploadReader<StagedJob> Reader(JobRules rules, Idempotency.RequestFingerprint? fingerprint) => new(_request.Body, _format(), rules, fingerprint);

    private string? Text(string parameter) => _request.Query[parameter] is [{ Length: > 0 } value] ? value : null;

    private bool Flag(string parameter) => _request.Query[parameter] switch
    {
        [] or ["false"] => false,
        ["true"] => true,
        _ => throw new ProblemException(Problems.InvalidParameter(parameter, "must be true or false.")),
    };
}

using BatchPlatform.Api.Upstreams;
using Microsoft.Net.Http.Headers;

namespace BatchPlatform.Api.Uploads;

/// <summary>What a POST of jobs says about itself before its body is read.</summary>
internal sealed class UploadRequest
{
    private readonly HttpRequest _request;
    private readonly Func<RecordFormat> _format;

    /// <exception cref="ProblemException">415 or 400.</exception>
    public UploadRequest(HttpRequest request)
    {
        _request = request;
        _format = FormatOf(request.ContentType);
        ValidateOnly = Flag("validate_only");
    }

    /// <summary>Check the jobs and store nothing.</summary>
    public bool ValidateOnly { get; }

    /// <summary>The rules for this upload's jobs; <c>?namespace=</c> and <c>?action=</c> stand in for jobs that name none.</summary>
    public JobRules Rules(KnownUpstreams upstreams, int firstIndex) => new(upstreams, firstIndex, Text("namespace"), Text("action"));

    /// <summary>Reads the body once.</summary>
    public UploadReader Reader(JobRules rules, Idempotency.RequestFingerprint? fingerprint) => new(_request.Body, _format(), rules, fingerprint);

    private static Func<RecordFormat> FormatOf(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || type.Charset.Value is not (null or "") && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Unsupported();
        }

        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => () => new JsonArrayFormat(),
            "application/x-ndjson" or "application/jsonl" => () => new NdjsonFormat(),
            "text/csv" => () => new CsvFormat(),
            _ => throw Unsupported(),
        };
    }

    private static ProblemException Unsupported() =>
        new(Problems.UnsupportedMediaType("Send jobs in UTF-8 as application/json (an array), application/x-ndjson or text/csv."));

    private string? Text(string parameter) => _request.Query[parameter] is [{ Length: > 0 } value] ? value : null;

    private bool Flag(string parameter) => _request.Query[parameter] switch
    {
        [] or ["false"] => false,
        ["true"] => true,
        _ => throw new ProblemException(Problems.InvalidParameter(parameter, "must be true or false.")),
    };
}

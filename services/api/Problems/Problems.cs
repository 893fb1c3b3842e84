using BatchPlatform.Contracts;

namespace BatchPlatform.Api;

/// <summary>Makes the refusals of the API, so that each code has one status and one wording.</summary>
public static class Problems
{
    // Nobody knows when there will be room; asking more often than this is of no use.
    private const int QuotaRetrySeconds = 5;

    private const int StoreRetrySeconds = 5;

    // Not everybody who is refused now should come back in the same second.
    private const int OverloadRetrySeconds = 3;

    public static Problem BatchNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.BatchNotFound, "There is no such batch.");

    public static Problem JobNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.JobNotFound, "The batch has no job at this index.");

    public static Problem RunExpired() => new(StatusCodes.Status410Gone, ErrorCodes.RunExpired, "The results of this run have expired.");

    public static Problem NotFound(string detail) => new(StatusCodes.Status404NotFound, ErrorCodes.NotFound, detail);

    public static Problem DeliveryNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.DeliveryNotFound, "There is no such delivery.");

    public static Problem DatasetNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.DatasetNotFound, "There is no such dataset.");

    public static Problem ExpansionNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.ExpansionNotFound, "The batch has no such expansion.");

    public static Problem ActionNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.ActionNotFound, "There is no such bulk action.");

    public static Problem KeyNotFound() => new(StatusCodes.Status404NotFound, ErrorCodes.KeyNotFound, "There is no such key.");

    public static Problem LinkInvalid() => new(StatusCodes.Status403Forbidden, ErrorCodes.LinkInvalid, "The link was changed, or is not ours.");

    public static Problem LinkExpired() =>
        new(StatusCodes.Status403Forbidden, ErrorCodes.LinkExpired, "The link has expired; read the results with an API key.");

    /// <summary>A query parameter or header that cannot be understood.</summary>
    public static Problem InvalidParameter(string name, string message) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidParameter, $"{name}: {message}", [new(null, name, ErrorCodes.InvalidParameter, message)]);

    /// <summary>A member of the body that is there and cannot be taken.</summary>
    public static Problem InvalidField(string field, string message) => InvalidField(ErrorCodes.InvalidField, field, message);

    /// <inheritdoc cref="InvalidField(string, string)"/>
    public static Problem InvalidField(string code, string field, string message) =>
        InvalidFields([new(null, field, code, message)]);

    /// <summary>Members of the body that cannot be taken; the problem's code is that of the first.</summary>
    public static Problem InvalidFields(IReadOnlyList<ProblemError> errors) =>
        new(StatusCodes.Status422UnprocessableEntity, errors[0].Code, $"{errors[0].Field}: {errors[0].Message}", errors);

    public static Problem InvalidJson(string detail) => new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidJson, detail);

    public static Problem InvalidJobsCount(string detail) => new(StatusCodes.Status422UnprocessableEntity, ErrorCodes.InvalidJobsCount, detail);

    public static Problem BodyTooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, ErrorCodes.BodyTooLarge, detail);

    public static Problem BodyTooSlow() => new(StatusCodes.Status408RequestTimeout, ErrorCodes.BodyTooSlow, "The body arrived too slowly.");

    public static Problem UnsupportedMediaType(string detail) => new(StatusCodes.Status415UnsupportedMediaType, ErrorCodes.UnsupportedMediaType, detail);

    public static Problem Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);

    /// <summary>A quota of the tenant has no room: 422 for what will never fit, else 429.</summary>
    public static Problem OverQuota(string code) => code switch
    {
        ErrorCodes.QuotaJobsPerBatch => new(StatusCodes.Status422UnprocessableEntity, code, "The batch would hold more jobs than the tenant's batches may."),
        ErrorCodes.QuotaUploads => OverQuota(code, "As many uploads are going on as the tenant may have at once."),
        ErrorCodes.QuotaBatches => OverQuota(code, "The tenant has as many batches as it may have; delete some."),
        ErrorCodes.QuotaResults => OverQuota(code, "The tenant keeps as many results as it may, or would once these jobs have ended; delete batches."),
        ErrorCodes.QuotaCallbacks => OverQuota(code, "As many callbacks are owed as the tenant may have at once."),
        _ => OverQuota(code, "The tenant would have more pending jobs than it may have at once."),
    };

    private static Problem OverQuota(string code, string detail) =>
        new(StatusCodes.Status429TooManyRequests, code, detail) { RetryAfterSeconds = QuotaRetrySeconds };

    public static Problem Unauthenticated() =>
        new(StatusCodes.Status401Unauthorized, ErrorCodes.Unauthenticated, "Send a valid API key as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'.");

    public static Problem Forbidden() => new(StatusCodes.Status403Forbidden, ErrorCodes.Forbidden, "The API key's scopes do not allow this.");

    /// <summary>The lifecycle did not say in time whether a command took effect: look at the batch, or repeat the request.</summary>
    public static Problem OutcomeUnknown(Guid batchId) =>
        new(StatusCodes.Status504GatewayTimeout, ErrorCodes.OutcomeUnknown, $"No reply came in time; the request may have taken effect. Look at batch {batchId:D}.") { BatchId = batchId };

    /// <inheritdoc cref="OutcomeUnknown(Guid)"/>
    public static Problem OutcomeUnknown() =>
        new(StatusCodes.Status504GatewayTimeout, ErrorCodes.OutcomeUnknown, "No reply came in time; the request may have taken effect. It can be repeated.");

    /// <summary>The store did not take a request, before anything of it could have an effect.</summary>
    public static Problem NotStored() => new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "Nothing was stored. Try again.");

    /// <summary>The database is away or has no room; some of a request may have been done before that.</summary>
    public static Problem StoreAway() =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The database does not answer, or has no room. The request may have taken effect; it can be repeated.")
        {
            RetryAfterSeconds = StoreRetrySeconds,
        };

    /// <summary>More is asked than this api can do now; nothing of the request was.</summary>
    public static Problem Overloaded() =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Overloaded, "Too much is asked at once. Go on after the seconds that Retry-After says.")
        {
            RetryAfterSeconds = Random.Shared.Next(1, OverloadRetrySeconds + 1),
        };

    /// <summary>The broker is away; what had begun may go on where it is repeated.</summary>
    public static Problem BrokerAway() => new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The message broker does not answer, or takes no messages. Try again.");

    public static Problem InternalError() => new(StatusCodes.Status500InternalServerError, ErrorCodes.InternalError, "Something went wrong here; the request is not to blame.");

    /// <summary>For a status that the framework set without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthenticated(),
        StatusCodes.Status403Forbidden => Forbidden(),
        StatusCodes.Status404NotFound => NotFound("There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => new(status, ErrorCodes.MethodNotAllowed, "This address does not take this method; see the Allow header."),
        StatusCodes.Status408RequestTimeout => BodyTooSlow(),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge("The body is too large."),
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType("The body's type or encoding is not supported here."),
        >= 500 => InternalError() with { Status = status },
        _ => new(status, ErrorCodes.InvalidParameter, "The request cannot be understood."),
    };
}

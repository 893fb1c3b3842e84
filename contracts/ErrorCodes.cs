namespace BatchPlatform.Contracts;

/// <summary>The stable <c>code</c> of a problem answer or of a failed job. Codes are added, never renamed.</summary>
public static class ErrorCodes
{
    // Refusals by state: 409.
    public const string BatchAlreadyCommitted = "BATCH_ALREADY_COMMITTED";
    public const string BatchRunning = "BATCH_RUNNING";
    public const string BatchNotRunning = "BATCH_NOT_RUNNING";
    public const string RunUnfinished = "RUN_UNFINISHED";
    public const string JobEnded = "JOB_ENDED";
    public const string NothingToRetry = "NOTHING_TO_RETRY";
    public const string AppendInProgress = "APPEND_IN_PROGRESS";
    public const string AppendOutdated = "APPEND_OUTDATED";
    public const string RequestInProgress = "REQUEST_IN_PROGRESS";
    public const string UpstreamInUse = "UPSTREAM_IN_USE";
    public const string NotRecurring = "BATCH_NOT_RECURRING";
    public const string UploadInProgress = "UPLOAD_IN_PROGRESS";
    public const string UploadOutdated = "UPLOAD_OUTDATED";
    public const string DatasetNotReady = "DATASET_NOT_READY";
    public const string ExpansionExists = "EXPANSION_EXISTS";
    public const string KeyConfigured = "KEY_CONFIGURED";
    public const string KeyInUse = "KEY_IN_USE";
    public const string BatchChanged = "BATCH_CHANGED";
    public const string ActionEnded = "ACTION_ENDED";
    public const string TooManyActions = "TOO_MANY_ACTIONS";

    // Refusals by content: 4xx.
    public const string InvalidJobsCount = "INVALID_JOBS_COUNT";
    public const string InvalidJson = "INVALID_JSON";
    public const string InvalidJob = "INVALID_JOB";
    public const string InvalidCsv = "INVALID_CSV";
    public const string InvalidRow = "INVALID_ROW";
    public const string InvalidRowsCount = "INVALID_ROWS_COUNT";
    public const string InvalidTemplate = "INVALID_TEMPLATE";
    public const string InvalidField = "INVALID_FIELD";
    public const string InvalidParameter = "INVALID_PARAMETER";
    public const string InvalidCallback = "INVALID_CALLBACK";
    public const string InvalidScopes = "INVALID_SCOPES";
    public const string InvalidExpiry = "INVALID_EXPIRY";
    public const string ParamsTooLarge = "PARAMS_TOO_LARGE";
    public const string UnknownNamespace = "UNKNOWN_NAMESPACE";
    public const string InvalidUpstream = "INVALID_UPSTREAM";
    public const string UnknownAction = "UNKNOWN_ACTION";
    public const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    public const string BodyTooLarge = "BODY_TOO_LARGE";
    public const string BodyTooSlow = "BODY_TOO_SLOW";
    public const string RateLimited = "RATE_LIMITED";
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";

    // Quotas: 429, and 422 for the jobs of one batch.
    public const string QuotaBatches = "QUOTA_BATCHES";
    public const string QuotaJobsPerBatch = "QUOTA_JOBS_PER_BATCH";
    public const string QuotaPendingJobs = "QUOTA_PENDING_JOBS";
    public const string QuotaUploads = "QUOTA_UPLOADS";
    public const string QuotaResults = "QUOTA_RESULTS";
    public const string QuotaCallbacks = "QUOTA_CALLBACKS";

    // Who and what.
    public const string Unauthenticated = "UNAUTHENTICATED";
    public const string Forbidden = "FORBIDDEN";
    public const string NotFound = "NOT_FOUND";
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    public const string BatchNotFound = "BATCH_NOT_FOUND";
    public const string JobNotFound = "JOB_NOT_FOUND";
    public const string RunNotFound = "RUN_NOT_FOUND";
    public const string RunExpired = "RUN_EXPIRED";
    public const string DeliveryNotFound = "DELIVERY_NOT_FOUND";
    public const string DatasetNotFound = "DATASET_NOT_FOUND";
    public const string ExpansionNotFound = "EXPANSION_NOT_FOUND";
    public const string ActionNotFound = "ACTION_NOT_FOUND";
    public const string KeyNotFound = "KEY_NOT_FOUND";
    public const string LinkInvalid = "LINK_INVALID";
    public const string LinkExpired = "LINK_EXPIRED";

    // The platform cannot say: 5xx.
    public const string OutcomeUnknown = "OUTCOME_UNKNOWN";
    public const string Unavailable = "UNAVAILABLE";
    public const string Overloaded = "OVERLOADED";
    public const string InternalError = "INTERNAL_ERROR";

    // How a job failed: docs/outcomes.md says what each means and which are tried again.
    public const string UpstreamStatus = "UPSTREAM_STATUS";
    public const string UpstreamRedirect = "UPSTREAM_REDIRECT";
    public const string SuccessRuleUnmet = "SUCCESS_RULE_UNMET";
    public const string ResponseNotJson = "RESPONSE_NOT_JSON";
    public const string ResponseTooLarge = "RESPONSE_TOO_LARGE";
    public const string UpstreamUnreachable = "UPSTREAM_UNREACHABLE";
    public const string UpstreamNameUnresolved = "UPSTREAM_NAME_UNRESOLVED";
    public const string UpstreamTlsFailed = "UPSTREAM_TLS_FAILED";
    public const string UpstreamConnectionLost = "UPSTREAM_CONNECTION_LOST";
    public const string UpstreamInvalidResponse = "UPSTREAM_INVALID_RESPONSE";
    public const string UpstreamTimeout = "UPSTREAM_TIMEOUT";
    public const string UpstreamClosed = "UPSTREAM_CLOSED";
    public const string UpstreamUndefined = "UPSTREAM_UNDEFINED";
    public const string UpstreamAuthRefused = "UPSTREAM_AUTH_REFUSED";
    public const string UpstreamAuthUnavailable = "UPSTREAM_AUTH_UNAVAILABLE";
    public const string SecretUnknown = "SECRET_UNKNOWN";
    public const string SecretMalformed = "SECRET_MALFORMED";
    public const string SecretHostRefused = "SECRET_HOST_REFUSED";
    public const string ParamsDoNotFit = "PARAMS_DO_NOT_FIT";
    public const string HandlerMissing = "HANDLER_MISSING";
    public const string HandlerFailed = "HANDLER_FAILED";
    public const string ExecutionUnknown = "EXECUTION_UNKNOWN";
    public const string WorkerLost = "WORKER_LOST";
    public const string JobCancelled = "JOB_CANCELLED";
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";
}

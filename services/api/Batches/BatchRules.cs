using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Schedules;

namespace BatchPlatform.Api.Batches;

/// <summary>Checks what a client chooses for a batch.</summary>
public static class BatchRules
{
    private const int MaxUrlLength = 2048;
    private static readonly string[] Formats = ["json", "ndjson", "csv", "none"];
    private static readonly string[] Includes = ["summary", "results", "failed"];

    /// <exception cref="ProblemException">422 with every fault.</exception>
    public static void Check(string? name, BatchSettings options, CallbackBody? callback, Schedule? schedule, AddressGuard guard) =>
        Refuse(
        [
            .. Fault(IsText(name, Limits.NameLength), ErrorCodes.InvalidField, "name", $"must have at most {Limits.NameLength} characters and no NUL"),
            .. Fault(options.DeadlineSeconds is >= 1 and <= Limits.DeadlineSeconds, ErrorCodes.InvalidField, "options.deadline_seconds", $"must be 1 to {Limits.DeadlineSeconds}"),
            .. Fault(options.CanaryJobs is >= 0 and <= Limits.JobsPerBatch, ErrorCodes.InvalidField, "options.canary_jobs", $"must be 0 (no canary) to {Limits.JobsPerBatch}"),
            .. options.FailureBudget is { } budget ? Faults(budget) : [],
            .. options.Limits is { } limits ? Faults(limits) : [],
            .. callback is null ? [] : Faults(callback, guard),
            .. schedule is null ? [] : ScheduleRules.Faults(schedule).Select(fault => new ProblemError(null, $"schedule.{fault.Field}", ErrorCodes.InvalidField, fault.Message)),
        ]);

    /// <exception cref="ProblemException">422 with every fault.</exception>
    public static void Check(CallbackBody callback, AddressGuard guard) => Refuse([.. Faults(callback, guard)]);

    /// <summary>Whether every provider can store the text.</summary>
    public static bool IsText(string? text, int maxLength) => text is null || (text.Length <= maxLength && !text.Contains('\0'));

    private static void Refuse(ProblemError[] faults)
    {
        if (faults.Length > 0)
        {
            throw new ProblemException(Problems.InvalidFields(faults));
        }
    }

    private static IEnumerable<ProblemError> Faults(FailureBudget budget) =>
    [
        .. Fault(budget.Rate is > 0 and <= 1, ErrorCodes.InvalidField, "options.failure_budget.rate", "must be above 0, at most 1"),
        .. Fault(budget.Minimum is >= 1 and <= Limits.JobsPerBatch, ErrorCodes.InvalidField, "options.failure_budget.minimum", $"must be 1 to {Limits.JobsPerBatch}"),
    ];

    private static IEnumerable<ProblemError> Faults(BatchLimits limits) =>
    [
        .. Fault(limits.RequestsPerSecond is >= 0 and <= 1_000_000, ErrorCodes.InvalidField, "options.limits.requests_per_second", "must be 0 (no limit) to 1000000"),
        .. Fault(limits.Concurrency is >= 0 and <= 10_000, ErrorCodes.InvalidField, "options.limits.concurrency", "must be 0 (no limit) to 10000"),
    ];

    private static IEnumerable<ProblemError> Faults(CallbackBody callback, AddressGuard guard) =>
    [
        .. Fault(IsText(callback.Url, MaxUrlLength), ErrorCodes.InvalidCallback, "callback.url", $"must have at most {MaxUrlLength} characters"),
        .. guard.FaultOf(callback.Url) is { } fault ? Fault(holds: false, ErrorCodes.InvalidCallback, "callback.url", fault) : [],
        .. Fault(Formats.Contains(callback.Format), ErrorCodes.InvalidCallback, "callback.format", $"must be one of {string.Join(", ", Formats)}"),
        .. Fault(Includes.Contains(callback.Include), ErrorCodes.InvalidCallback, "callback.include", $"must be one of {string.Join(", ", Includes)}"),
        .. Fault(callback.Secret is null || CallbackSecrets.IsSecret(callback.Secret), ErrorCodes.InvalidCallback, "callback.secret", "must be whsec_ and the base64 of 24 to 64 bytes"),
    ];

    private static IEnumerable<ProblemError> Fault(bool holds, string code, string field, string message) =>
        holds ? [] : [new ProblemError(null, field, code, message)];
}

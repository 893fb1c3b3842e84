using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api;

/// <summary>Periods and sizes of the API, section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>How long a command may take before the answer is 504 OUTCOME_UNKNOWN; 0.1 to 120 s.</summary>
    [Range(0.1, 120)]
    public double CommandSeconds { get; set; } = 10;

    /// <summary>How long a second append waits for the first before it is 409 APPEND_IN_PROGRESS; 0 to 60 s.</summary>
    [Range(0, 60)]
    public double AppendWaitSeconds { get; set; } = 5;

    /// <summary>How long an append or a request may be silent before another may take it over; 5 to 600 s, and longer than <see cref="CommandSeconds"/>.</summary>
    [Range(5, 600)]
    public double LeaseSeconds { get; set; } = 30;

    /// <summary>How often orphaned appends and old idempotency rows are looked for; 0.1 to 600 s.</summary>
    [Range(0.1, 600)]
    public double ClockSeconds { get; set; } = 5;

    /// <summary>Expansions of datasets that one instance works on at once; 1 to 64.</summary>
    [Range(1, 64)]
    public int ExpansionSlots { get; set; } = 4;

    /// <summary>Bulk actions that one instance works on at once; the others take turns with them; 1 to 64.</summary>
    [Range(1, 64)]
    public int ActionSlots { get; set; } = 8;

    /// <summary>Days after which a bulk action that has ended is forgotten; 1 to 3,650.</summary>
    [Range(1, 3_650)]
    public double ActionDays { get; set; } = 30;

    /// <summary>Bytes of a POST /v1/batches, at most; 1 KiB to 64 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int InlineBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes of a PUT /v1/upstreams/{namespace} and of an OpenAPI document, fetched or sent along, at most; 64 KiB to 64 MiB.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int UpstreamBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How long the fetch of an OpenAPI document may take; 1 to 120 s.</summary>
    [Range(1, 120)]
    public double DocumentSeconds { get; set; } = 30;

    /// <summary>How long an Idempotency-Key is remembered; 1 to 720 h.</summary>
    [Range(1, 720)]
    public double IdempotencyHours { get; set; } = 24;

    /// <summary>How long callbacks are also signed with a secret that another has taken the place of; 0 to 720 h.</summary>
    [Range(0, 720)]
    public double SecretOverlapHours { get; set; } = 24;
}

using System.ComponentModel.DataAnnotations;

namespace BatchPlatform.Api.Auditing;

/// <summary>How long the audit is kept, section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>Days after which an entry is removed; 1 to 36,500.</summary>
    [Range(1, 36_500)]
    public double KeepDays { get; set; } = 365;
}

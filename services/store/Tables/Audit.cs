namespace BatchPlatform.Store.Tables;

/// <summary>
/// Who did what, and from where. Only ever added to, each entry in the transaction of what it tells of, so by the service that
/// writes that: neither is there without the other. Holds no secrets and no params. Removed by api when it is old enough.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>Given by the database; rising.</summary>
    public long Number { get; set; }

    public DateTime At { get; set; }

    /// <summary>Whose key it was; null for the platform itself.</summary>
    public string? Tenant { get; set; }

    /// <summary>The id of the key; null for the platform itself.</summary>
    public string? Key { get; set; }

    /// <summary>The client's IP address.</summary>
    public string? Address { get; set; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public string Action { get; set; } = "";

    /// <summary>What it was done to, as it stands in addresses: <c>batches/{id}</c>, <c>keys/{id}</c>.</summary>
    public string Resource { get; set; } = "";

    /// <summary>A few words more, or null.</summary>
    public string? Detail { get; set; }
}

/// <summary>What the audit tells of.</summary>
public static class AuditActions
{
    public const string BatchCreate = "batch.create";
    public const string BatchAppend = "batch.append";
    public const string BatchEdit = "batch.edit";
    public const string BatchUpdate = "batch.update";
    public const string BatchCommit = "batch.commit";
    public const string BatchStart = "batch.start";
    public const string BatchStop = "batch.stop";
    public const string BatchRetry = "batch.retry";
    public const string BatchPause = "batch.pause";
    public const string BatchResume = "batch.resume";
    public const string BatchDelete = "batch.delete";
    public const string JobCancel = "job.cancel";
    public const string ActionStart = "action.start";
    public const string ActionCancel = "action.cancel";
    public const string DeliveryResend = "delivery.resend";
    public const string DeadLettersRedrive = "dead-letters.redrive";
    public const string DatasetDelete = "dataset.delete";
    public const string KeyCreate = "key.create";
    public const string KeyChange = "key.change";
    public const string KeyRevoke = "key.revoke";
    public const string KeySign = "key.sign";
    public const string KeyUnsign = "key.unsign";
    public const string TenantPut = "tenant.put";
    public const string UpstreamPut = "upstream.put";
    public const string UpstreamDelete = "upstream.delete";
    public const string UpstreamPause = "upstream.pause";
    public const string UpstreamResume = "upstream.resume";
}

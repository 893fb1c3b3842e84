using System.ComponentModel;
using BatchPlatform.Api.Reading;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Auditing;

/// <summary>Who did what, and from where.</summary>
public static class AuditApi
{
    public static void MapAudit(this RouteGroupBuilder v1) =>
        v1.MapGet("/audit", ListAsync)
            .WithTags("audit")
            .WithName("list-audit-entries")
            .WithSummary("Who did what to batches, keys, tenants, upstreams and datasets, newest first")
            .RequireAuthorization(ApiSetup.AdminPolicy)
            .Produces<Page<AuditView>>()
            .ProducesProblems(400);

    private static async Task<IResult> ListAsync([AsParameters] Query query, BatchStore store, CancellationToken cancellationToken)
    {
        var (limit, before) = (Parameter.Limit(query.Limit), Cursor.Read(query.Cursor) ?? long.MaxValue);
        await using var db = store.Read();
        var found = await Filtered(db.Audit, query)
            .Where(entry => entry.Number < before)
            .OrderByDescending(entry => entry.Number)
            .Take(limit + 1)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(found, limit, AuditView.Of, entry => Cursor.Write(entry.Number)));
    }

    private static IQueryable<AuditEntry> Filtered(IQueryable<AuditEntry> entries, Query query)
    {
        var (tenant, key) = (Parameter.Text("tenant", query.Tenant), Parameter.Text("key", query.Key));
        var (action, resource) = (Parameter.Text("action", query.Action), Parameter.Text("resource", query.Resource));
        var (since, until) = (Parameter.Time("since", query.Since), Parameter.Time("until", query.Until));
        entries = tenant is null ? entries : entries.Where(entry => entry.Tenant == tenant);
        entries = key is null ? entries : entries.Where(entry => entry.Key == key);
        entries = action is null ? entries : entries.Where(entry => entry.Action == action);
        entries = resource is null ? entries : entries.Where(entry => entry.Resource == resource);
        entries = since is null ? entries : entries.Where(entry => entry.At >= since);
        return until is null ? entries : entries.Where(entry => entry.At < until);
    }

    internal sealed record Query
    {
        [Description("Only what this tenant's keys did.")]
        public string? Tenant { get; init; }

        [Description("Only what this key did.")]
        public string? Key { get; init; }

        [Description("Only this, such as batch.create.")]
        public string? Action { get; init; }

        [Description("Only what was done to this, such as batches/{id}.")]
        public string? Resource { get; init; }

        [Description("Only at or after this time.")]
        public string? Since { get; init; }

        [Description("Only before this time.")]
        public string? Until { get; init; }

        [Description("Entries, at most: 1 to 1000, 50 when absent.")]
        public string? Limit { get; init; }

        [Description("The next_cursor of the page before.")]
        public string? Cursor { get; init; }
    }
}

/// <summary>An entry of the audit.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Tenant">Whose key it was; null for the platform itself.</param>
/// <param name="Key">The key's id; null for the platform itself.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="Action">What was done, such as batch.create.</param>
/// <param name="Resource">To what, such as batches/{id}.</param>
/// <param name="Detail">A few words more.</param>
public sealed record AuditView(DateTime At, string? Tenant, string? Key, string? Address, string Action, string Resource, string? Detail)
{
    internal static AuditView Of(AuditEntry entry) =>
        new(entry.At, entry.Tenant, entry.Key, entry.Address, entry.Action, entry.Resource, entry.Detail);
}

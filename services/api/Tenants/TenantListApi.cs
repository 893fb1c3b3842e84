using System.ComponentModel;
using BatchPlatform.Api.Reading;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tenants;

/// <summary>Which tenants there are: those that have keys, also revoked ones, or settings.</summary>
public static class TenantListApi
{
    public static void MapTenantList(this RouteGroupBuilder v1) =>
        v1.MapGet("/tenants", ListAsync)
            .WithTags("tenants")
            .WithName("list-tenants")
            .WithSummary("All tenants with their settings, by name")
            .RequireAuthorization(ApiSetup.AdminPolicy)
            .Produces<Page<TenantView>>()
            .ProducesProblems(400);

    private static async Task<IResult> ListAsync(
        [Description("Tenants, at most: 1 to 1000, 50 when absent.")] string? limit,
        [Description("The next_cursor of the page before.")] string? cursor,
        BatchStore store,
        CancellationToken cancellationToken)
    {
        var (take, after) = (Parameter.Limit(limit), Cursor.ReadText(cursor) ?? "");
        await using var db = store.Read();
        var names = await db.Keys.Select(key => key.Tenant).Union(db.Tenants.Select(tenant => tenant.Name))
            .Where(name => string.Compare(name, after) > 0)
            .OrderBy(name => name)
            .Take(take + 1)
            .ToListAsync(cancellationToken);
        var settings = await db.Tenants.Where(tenant => names.Contains(tenant.Name)).ToDictionaryAsync(tenant => tenant.Name, cancellationToken);
        return TypedResults.Ok(Page.Of(names, take, name => TenantView.Of(settings.GetValueOrDefault(name) ?? new Tenant { Name = name }), Cursor.WriteText));
    }
}

using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tenants;

/// <summary>What operators decide for a tenant. One without a row has the defaults.</summary>
public static class TenantsApi
{
    private const double MaxWeight = 1000;
    private const int MaxReasonLength = 1000;

    public static void MapTenants(this RouteGroupBuilder v1)
    {
        var tenant = v1.MapGroup("/tenants/{name}").WithTags("tenants").RequireAuthorization(ApiSetup.AdminPolicy);
        tenant.MapGet("/", async (string name, BatchStore store, CancellationToken cancellationToken) =>
            {
                await using var db = store.Read();
                return TypedResults.Ok(TenantView.Of(await FindAsync(db, Checked(name), cancellationToken)));
            })
            .WithSummary("A tenant's settings")
            .ProducesProblems(422);
        tenant.MapPut("/", PutAsync)
            .WithSummary("Set a tenant's settings; what is left out gets its default")
            .Accepts<TenantBody>("application/json")
            .Produces<TenantView>()
            .ProducesProblems(400, 415, 422);
    }

    private static async Task<IResult> PutAsync(string name, HttpContext context, BatchStore store)
    {
        var body = RequestBody.Parse<TenantBody>(await RequestBody.ReadAsync(context));
        Check(body);
        await using var unit = await store.BeginAsync(context.RequestAborted);
        await unit.Db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO tenants (name, weight, paused, pause_reason, updated_at)
            VALUES ({Checked(name)}, {body.Weight}, {body.Paused}, {body.PauseReason}, {unit.Now})
            ON CONFLICT (name) DO UPDATE SET weight = excluded.weight, paused = excluded.paused, pause_reason = excluded.pause_reason, updated_at = excluded.updated_at
            """,
            context.RequestAborted);
        var view = TenantView.Of(await FindAsync(unit.Db, name, context.RequestAborted));
        await unit.CommitAsync(context.RequestAborted);
        return Results.Ok(view);
    }

    private static async Task<Tenant> FindAsync(StoreDb db, string name, CancellationToken cancellationToken) =>
        await db.Tenants.AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, cancellationToken) ?? new Tenant { Name = name };

    private static string Checked(string name) =>
        BatchRules.IsText(name, Limits.NameLength) ? name : throw new ProblemException(Problems.InvalidField("name", $"must have at most {Limits.NameLength} characters and no NUL"));

    private static void Check(TenantBody body)
    {
        if (body.Weight is not (> 0 and <= MaxWeight))
        {
            throw new ProblemException(Problems.InvalidField("weight", $"must be above 0, at most {MaxWeight}"));
        }

        if (!BatchRules.IsText(body.PauseReason, MaxReasonLength))
        {
            throw new ProblemException(Problems.InvalidField("pause_reason", $"must have at most {MaxReasonLength} characters and no NUL"));
        }
    }
}

/// <summary>The body of PUT /v1/tenants/{tenant}.</summary>
public sealed record TenantBody
{
    /// <summary>Its share of the workers against other tenants' shares.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>None of its jobs is begun; those that run end.</summary>
    public bool Paused { get; init; }

    public string? PauseReason { get; init; }
}

/// <summary>A tenant as operators see it.</summary>
/// <param name="Name">The tenant.</param>
/// <param name="Weight">Its share of the workers against other tenants' shares.</param>
/// <param name="Paused">None of its jobs is begun.</param>
/// <param name="PauseReason">Why.</param>
public sealed record TenantView(string Name, double Weight, bool Paused, string? PauseReason)
{
    internal static TenantView Of(Tenant tenant) => new(tenant.Name, tenant.Weight, tenant.Paused, tenant.PauseReason);
}

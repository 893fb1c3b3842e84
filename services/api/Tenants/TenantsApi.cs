using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Quotas;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Schedules;
using BatchPlatform.Store;
using BatchPlatform.Store.Quotas;
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
                TypedResults.Ok(TenantView.Of(await ReadAsync(store, Checked(name), cancellationToken))))
            .WithName("get-tenant")
            .WithSummary("A tenant's settings")
            .ProducesProblems(422);
        tenant.MapPut("/", PutAsync)
            .WithName("put-tenant")
            .WithSummary("Set a tenant's settings; what is left out gets its default")
            .Accepts<TenantBody>("application/json")
            .Produces<TenantView>()
            .ProducesProblems(400, 413, 415, 422);
    }

    private static async Task<IResult> PutAsync(
        string name, HttpContext context, BatchStore store, AddressGuard guard, CallbackSecrets secrets, TenantDefaults defaults, QuotaDirectory quotas)
    {
        var body = RequestBody.Parse<TenantBody>(await RequestBody.ReadAsync(context));
        Check(body, guard);
        var old = await ReadAsync(store, Checked(name), context.RequestAborted);
        var callback = secrets.Seal(body.Callback, old.Callback);
        var view = TenantView.Of(await WriteAsync(store, name, body, callback, context));
        defaults.Forget(name);
        quotas.Forget(name);
        var rotates = body.Callback is not null && (body.Callback.Secret is not null || old.Callback is null);
        return Results.Ok(rotates ? view with { Callback = secrets.Show(view.Callback!, callback!) } : view);
    }

    private static async Task<Tenant> WriteAsync(BatchStore store, string name, TenantBody body, Callback? callback, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        await using var unit = await store.BeginAsync(cancellationToken);
        var now = unit.Now;
        await unit.Db.InsertIfAbsentAsync(new Tenant { Name = name, UpdatedAt = now }, cancellationToken);
        var tenant = await unit.Db.Tenants.SingleAsync(row => row.Name == name, cancellationToken);
        (tenant.Weight, tenant.Paused, tenant.PauseReason) = (body.Weight, body.Paused, body.PauseReason);
        (tenant.Callback, tenant.TimeZone, tenant.UpdatedAt) = (callback, body.TimeZone, now);
        tenant.Quotas = body.Quotas;
        unit.Record(context.Actor(), AuditActions.TenantPut, $"tenants/{name}");
        await unit.CommitAsync(cancellationToken);
        return tenant;
    }

    private static async Task<Tenant> ReadAsync(BatchStore store, string name, CancellationToken cancellationToken)
    {
        await using var db = store.Read();
        return await db.Tenants.FirstOrDefaultAsync(row => row.Name == name, cancellationToken) ?? new Tenant { Name = name };
    }

    private static string Checked(string name) =>
        Tenancy.IsName(name) ? name : throw new ProblemException(Problems.InvalidField("name", Tenancy.NameRule));

    private static void Check(TenantBody body, AddressGuard guard)
    {
        if (body.Callback is not null)
        {
            BatchRules.Check(body.Callback, guard);
        }

        if (body.Weight is not (> 0 and <= MaxWeight))
        {
            throw new ProblemException(Problems.InvalidField("weight", $"must be above 0, at most {MaxWeight}"));
        }

        if (!BatchRules.IsText(body.PauseReason, MaxReasonLength))
        {
            throw new ProblemException(Problems.InvalidField("pause_reason", $"must have at most {MaxReasonLength} characters and no NUL"));
        }

        if (body.Quotas is { } quotas && quotas.Faults() is { Count: > 0 } faults)
        {
            throw new ProblemException(Problems.InvalidFields(faults));
        }

        if (TimeZones.Find(body.TimeZone) is null)
        {
            throw new ProblemException(Problems.InvalidField("time_zone", "must be the IANA name of a time zone"));
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

    /// <summary>For batches that name none of their own. Without a secret it keeps the one that it has.</summary>
    public CallbackBody? Callback { get; init; }

    /// <summary>IANA name: in which schedules run that name none.</summary>
    public string TimeZone { get; init; } = TimeZones.Default;

    /// <summary>Its quotas; the deployment's where it is silent.</summary>
    public TenantQuotas? Quotas { get; init; }
}

/// <summary>A tenant as operators see it.</summary>
/// <param name="Name">The tenant.</param>
/// <param name="Weight">Its share of the workers against other tenants' shares.</param>
/// <param name="Paused">None of its jobs is begun.</param>
/// <param name="PauseReason">Why.</param>
/// <param name="Callback">For batches that name none of their own.</param>
/// <param name="TimeZone">IANA name: in which schedules run that name none.</param>
/// <param name="Quotas">Its own quotas; what it has is at /v1/usage.</param>
public sealed record TenantView(
    string Name, double Weight, bool Paused, string? PauseReason, CallbackView? Callback, string TimeZone, TenantQuotas? Quotas)
{
    internal static TenantView Of(Tenant tenant) => new(tenant.Name, tenant.Weight, tenant.Paused, tenant.PauseReason, CallbackView.Of(tenant.Callback), tenant.TimeZone, tenant.Quotas);
}

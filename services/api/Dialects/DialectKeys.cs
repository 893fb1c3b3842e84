namespace BatchPlatform.Api.Dialects;

/// <summary>Lets a dialect's request in by the key that was found where its vendor puts it.</summary>
public sealed class DialectKeys(KeyDirectory keys, KeyWatch watch)
{
    /// <summary>Makes the key's owner the request's tenant.</summary>
    /// <param name="context">The request.</param>
    /// <param name="credential">What it presents; null or empty when that is nothing.</param>
    /// <param name="scope">read or write.</param>
    /// <exception cref="ProblemException">401 UNAUTHENTICATED, 403 FORBIDDEN.</exception>
    public async Task<KeyIdentity> AdmitAsync(HttpContext context, string? credential, string scope)
    {
        var identity = string.IsNullOrEmpty(credential) ? null : await keys.FindAsync(credential, context.RequestAborted);
        if (identity is null)
        {
            throw new ProblemException(Problems.Unauthenticated());
        }

        if (!identity.Scopes.Contains(scope))
        {
            throw new ProblemException(Problems.Forbidden());
        }

        watch.Begin(context, identity);
        context.User = KeyAuthentication.Principal(identity);
        return identity;
    }
}

/// <summary>The scope that a route asks for, where its method would say otherwise.</summary>
public sealed record KeyScope(string Scope);

/// <summary>Puts keys before routes.</summary>
public static class DialectKeyRoutes
{
    /// <summary>Every route of the group asks for a key; GET for the scope read, the rest for write.</summary>
    /// <param name="routes">The group. Its handlers take more than the context alone, else they would not be filtered.</param>
    /// <param name="credential">Finds the key in a request.</param>
    public static RouteGroupBuilder RequireKey(this RouteGroupBuilder routes, Func<HttpContext, ValueTask<string?>> credential) =>
        routes.AddEndpointFilter(async (call, next) =>
        {
            var context = call.HttpContext;
            var scope = context.GetEndpoint()?.Metadata.GetMetadata<KeyScope>()?.Scope ?? KeyAuthentication.ScopeOf(context.Request.Method);
            await context.RequestServices.GetRequiredService<DialectKeys>().AdmitAsync(context, await credential(context), scope);
            return await next(call);
        });

    /// <summary>The route changes something, although it is a GET.</summary>
    public static T Writes<T>(this T route)
        where T : IEndpointConventionBuilder =>
        route.WithMetadata(new KeyScope("write"));
}

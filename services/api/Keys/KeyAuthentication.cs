using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace BatchPlatform.Api;

/// <summary>Lets a request in by its API key: <c>Authorization: Bearer …</c> or <c>X-Api-Key: …</c>.</summary>
public sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyDirectory keys, KeyWatch watch)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "ApiKey";

    private const string Bearer = "Bearer ";

    /// <summary>Reading asks for the scope read, everything else for write.</summary>
    public static void RequireScope(AuthorizationPolicyBuilder policy) => policy
        .AddAuthenticationSchemes(SchemeName, LinkAuthentication.SchemeName)
        .RequireAuthenticatedUser()
        .RequireAssertion(request => request.Resource is HttpContext context && context.User.HasClaim(Tenancy.ScopeClaim, ScopeOf(context.Request.Method)));

    /// <summary>Asks for the scope admin.</summary>
    public static void RequireAdmin(AuthorizationPolicyBuilder policy) => policy
        .AddAuthenticationSchemes(SchemeName)
        .RequireAuthenticatedUser()
        .RequireClaim(Tenancy.ScopeClaim, KeyScopes.Admin);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented() is not { Length: > 0 } credential)
        {
            return AuthenticateResult.NoResult();
        }

        var identity = await keys.FindAsync(credential, Context.RequestAborted);
        if (identity is null)
        {
            return AuthenticateResult.Fail("unknown key");
        }

        watch.Begin(Context, identity);
        return AuthenticateResult.Success(new AuthenticationTicket(Principal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Unauthenticated().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Forbidden().ExecuteAsync(Context);

    /// <summary>The scope that a method asks for.</summary>
    internal static string ScopeOf(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? KeyScopes.Read : KeyScopes.Write;

    /// <summary>The key as the request's user, whose claims <see cref="Tenancy"/> reads.</summary>
    internal static ClaimsPrincipal Principal(KeyIdentity key) => new(new ClaimsIdentity(
        [
            new Claim(Tenancy.TenantClaim, key.Tenant),
            new Claim(Tenancy.KeyClaim, key.Id),
            .. key.Scopes.Select(scope => new Claim(Tenancy.ScopeClaim, scope)),
        ],
        SchemeName));

    private string? Presented() => Presented(Request);

    /// <summary>The credential of a request, if there is one.</summary>
    internal static string? Presented(HttpRequest request)
    {
        var authorization = request.Headers[HeaderNames.Authorization].ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers["X-Api-Key"].ToString();
    }
}

using System.Security.Claims;
using System.Text.Encodings.Web;
using BatchPlatform.Api.Admission;
using BatchPlatform.Store.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api;

/// <summary>Lets a request in by the signature of its own address: it may read what the address names, and nothing else.</summary>
public sealed class LinkAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SignedLinks links)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "SignedLink";

    /// <exception cref="ProblemException">403 LINK_INVALID or LINK_EXPIRED.</exception>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Who has a key is judged by his key.
        if (!Request.Query.ContainsKey(SignedLinks.Signature) || KeyAuthentication.Presented(Request) is { Length: > 0 })
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(Holder(Request, links), SchemeName)));
    }

    /// <summary>Whom a request stands for whose address is signed.</summary>
    /// <exception cref="ProblemException">403 LINK_INVALID or LINK_EXPIRED.</exception>
    internal static ClaimsPrincipal Holder(HttpRequest request, SignedLinks links)
    {
        var (verdict, tenant) = links.Check(request);
        return verdict switch
        {
            LinkVerdict.Valid => Principal(tenant),
            LinkVerdict.Expired => throw new ProblemException(Problems.LinkExpired()),
            _ => throw new ProblemException(Problems.LinkInvalid()),
        };
    }

    // The other scheme answers for both.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Task.CompletedTask;

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Task.CompletedTask;

    private static ClaimsPrincipal Principal(string tenant) => new(new ClaimsIdentity(
        [new Claim(Tenancy.TenantClaim, tenant), new Claim(Tenancy.KeyClaim, "link"), new Claim(Tenancy.ScopeClaim, "read")],
        SchemeName));
}

/// <summary>Judges requests by their own address.</summary>
internal static class SignedRequests
{
    /// <summary>What the address of a request turns out to be, and as whom its holder acts.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: too many such requests of its tenant are open.</exception>
    public static (LinkVerdict Verdict, string Tenant) Check(this SignedLinks links, HttpRequest request)
    {
        var (verdict, tenant) = links.Check(
            request.Method,
            request.Path.Value!,
            [.. request.Query.SelectMany(parameter => parameter.Value.Select(value => KeyValuePair.Create(parameter.Key, value ?? "")))]);
        if (verdict == LinkVerdict.Valid)
        {
            request.HttpContext.BelongTo(tenant);
        }

        return (verdict, tenant);
    }
}

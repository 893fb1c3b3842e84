using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard.Sessions;

/// <summary>Keeps a session where only this dashboard can read it: in a cookie of the browser, encrypted, out of scripts' reach.</summary>
internal sealed class SessionCookie(IDataProtectionProvider protection, IOptions<DashboardOptions> options)
{
    private const string Name = "batch_dashboard";

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("session").ToTimeLimitedDataProtector();

    /// <summary>The request's session; null without one, or when it ran out.</summary>
    public Session? Read(HttpRequest request)
    {
        try
        {
            return request.Cookies[Name] is { } text ? JsonSerializer.Deserialize<Session>(_protector.Unprotect(text)) : null;
        }
        catch (CryptographicException)
        {
            return null; // It ran out, somebody made it up, or the dashboard has another key now.
        }
    }

    /// <summary>Begins a session.</summary>
    public void Write(HttpContext context, Session session)
    {
        var life = TimeSpan.FromHours(options.Value.SessionHours);
        context.Response.Cookies.Append(Name, _protector.Protect(JsonSerializer.Serialize(session), life), Settings(context));
    }

    /// <summary>Ends it.</summary>
    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Settings(context));

    private static CookieOptions Settings(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = context.Request.PathBase.Value,
        IsEssential = true,
    };
}

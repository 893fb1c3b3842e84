using Microsoft.AspNetCore.Antiforgery;

namespace BatchPlatform.Dashboard.Sessions;

/// <summary>Ends a session.</summary>
internal static class SignOut
{
    public static void MapSignOut(this IEndpointRouteBuilder routes) => routes.MapPost("/sign-out", async (HttpContext context, IAntiforgery forgery) =>
    {
        if (!await forgery.IsRequestValidAsync(context))
        {
            return Results.BadRequest();
        }

        SessionCookie.Delete(context);
        return Results.LocalRedirect(context.Request.PathBase + SessionGate.SignIn);
    });
}

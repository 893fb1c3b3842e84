namespace BatchPlatform.Dashboard.Sessions;

/// <summary>Lets nobody in without a session but to sign in, and leads whoever has none there, and back afterwards.</summary>
internal sealed class SessionGate(RequestDelegate next, SessionCookie cookie)
{
    /// <summary>Where one signs in, below the dashboard.</summary>
    public const string SignIn = "/sign-in";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (cookie.Read(request) is { } session)
        {
            context.Features.Set(session);
            return next(context);
        }

        if (request.Path.Equals(SignIn, StringComparison.OrdinalIgnoreCase) || request.Path.StartsWithSegments(Assets.Folder, StringComparison.Ordinal))
        {
            return next(context);
        }

        context.Response.Redirect(Address(request.PathBase, HttpMethods.IsGet(request.Method) ? request.Path + request.QueryString : null));
        return Task.CompletedTask;
    }

    /// <summary>The page to sign in, and where to go on from there.</summary>
    public static string Address(PathString root, string? back) =>
        root + SignIn + (back is null or "" or "/" ? "" : QueryString.Create("back", back).ToString());

    /// <summary>Where to go on: a page of the dashboard, whatever the address says.</summary>
    public static string Back(PathString root, string? back) =>
        back is ['/', not ('/' or '\\'), ..] && !back.Any(char.IsControl) && !back.StartsWith(SignIn, StringComparison.OrdinalIgnoreCase) ? root + back : root + "/";
}

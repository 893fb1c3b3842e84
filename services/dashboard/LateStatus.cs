namespace BatchPlatform.Dashboard;

/// <summary>Statuses that are set once the page is made, whatever the framework made of it until then.</summary>
internal static class LateStatus
{
    /// <summary>Answers with a status, and the page all the same: the framework leaves pages out whose status is 404 before.</summary>
    public static void AnswerWith(this HttpContext context, int status) => context.Response.OnStarting(() =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    /// <summary>Leads on to an address, without the host, which proxies may know by another name.</summary>
    public static void AnswerWith(this HttpContext context, string address) => context.Response.OnStarting(() =>
    {
        context.Response.Redirect(address);
        return Task.CompletedTask;
    });
}

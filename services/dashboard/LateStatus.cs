namespace BatchPlatform.Dashboard;

/// <summary>Statuses of pages that are shown all the same.</summary>
internal static class LateStatus
{
    /// <summary>Answers with a status once the page is made: the framework leaves pages out whose status is 404 before.</summary>
    public static void AnswerWith(this HttpContext context, int status) => context.Response.OnStarting(() =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });
}

namespace BatchPlatform.Dashboard;

/// <summary>What is left to say when a page failed. The log has the reason.</summary>
internal static class FailurePage
{
    public static Task WriteAsync(HttpContext context)
    {
        PageHeaders.Set(context.Response);
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
              <title>Something went wrong · BatchPlatform</title>
              <link rel="stylesheet" href="{Links.Asset("dashboard.css")}" />
            </head>
            <body>
              <main class="door"><div class="panel"><div class="body">
                <h1>Something went wrong</h1>
                <p class="quiet">This page could not be made. The dashboard's log says why.</p>
                <p><a href="{Links.Overview}">Go on with the overview</a></p>
              </div></div></main>
            </body>
            </html>
            """);
    }
}

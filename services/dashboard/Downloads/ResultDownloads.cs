using BatchPlatform.Dashboard.Masking;

namespace BatchPlatform.Dashboard.Downloads;

/// <summary>Hands the results of a batch through, as the API streams them. Not while anything is masked: the file would show it.</summary>
internal static class ResultDownloads
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["json"] = "application/json",
        ["ndjson"] = "application/x-ndjson",
        ["csv"] = "text/csv; charset=utf-8",
    };

    /// <summary>The formats that there are.</summary>
    public static IEnumerable<string> Formats => Types.Keys;

    public static void MapDownloads(this IEndpointRouteBuilder routes) => routes.MapGet("/batches/{id:guid}/results", SendAsync);

    private static async Task<IResult> SendAsync(Guid id, string? format, JobState? state, HttpContext context, Api api, Mask mask)
    {
        if (format is null || !Types.TryGetValue(format, out var type))
        {
            return Results.Text("There is no such format.", statusCode: StatusCodes.Status404NotFound);
        }

        if (mask.IsOn)
        {
            return Results.Text("Parts of params and responses are masked here: results cannot be downloaded.", statusCode: StatusCodes.Status403Forbidden);
        }

        var response = context.Response;
        response.ContentType = type;
        response.Headers.ContentDisposition = $"attachment; filename=\"results-{id:D}.{format}\"";
        try
        {
            await api.Client.Results.CopyAsync(id, format, response.Body, new ResultOptions { State = state }, context.RequestAborted);
            return Results.Empty;
        }
        catch (Exception error) when (error is BatchPlatformException or HttpRequestException or IOException)
        {
            return Failed(error, context);
        }
    }

    // What has begun must not look whole.
    private static IResult Failed(Exception error, HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Results.Empty;
        }

        context.Response.Headers.ContentDisposition = default;
        var refusal = error is BatchPlatformException refused ? Refusal.Of(refused) : Refusal.Away;
        return Results.Text($"{refusal.Title}. {refusal.Detail}", statusCode: refusal.Status);
    }
}

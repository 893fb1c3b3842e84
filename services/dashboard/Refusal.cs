using System.Net;

namespace BatchPlatform.Dashboard;

/// <summary>Why the API did not do something, in words for people.</summary>
/// <param name="Status">The HTTP status that the page answers with.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Detail">What the API says, or what to do.</param>
/// <param name="Code">The stable code; empty when there is none.</param>
public sealed record Refusal(int Status, string Title, string Detail, string Code)
{
    /// <summary>The API cannot be reached.</summary>
    public static Refusal Away { get; } = new(
        StatusCodes.Status502BadGateway, "The API cannot be reached", "It may be starting. This page asks again when you reload it.", Code: "");

    /// <summary>What the API answered.</summary>
    public static Refusal Of(BatchPlatformException error) => error.Status switch
    {
        HttpStatusCode.Forbidden => new(403, "Your key may not do this", "It needs a key with another scope: an admin makes one under Keys.", error.Code),
        HttpStatusCode.NotFound => new(404, "Not found", Told(error), error.Code),
        HttpStatusCode.TooManyRequests => new(429, "Too many requests", Told(error), error.Code),
        HttpStatusCode.Conflict => new(409, "Not now", Told(error), error.Code),
        >= HttpStatusCode.InternalServerError => new(502, "The platform could not answer", Told(error), error.Code),
        _ => new((int)error.Status, "That cannot be done", Told(error), error.Code),
    };

    /// <summary>The same for what a platform may not offer: then that is the reason.</summary>
    public Refusal OfOptional() => Status is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed && Code is "" or "NOT_FOUND" or "METHOD_NOT_ALLOWED"
        ? this with { Title = "Not offered", Detail = "The platform that this dashboard works with does not offer this. Bring it up to the dashboard's version.", Code = "" }
        : this;

    // The message repeats the code, which stands apart here.
    private static string Told(BatchPlatformException error)
    {
        var text = error.Code.Length > 0 && error.Message.StartsWith(error.Code, StringComparison.Ordinal) ? error.Message[error.Code.Length..].TrimStart(':', ' ') : error.Message;
        return error.Errors.Count == 0 ? text : string.Join(' ', error.Errors.Select(fault => $"{fault.Field} {fault.Message}.").Prepend(text).Distinct(StringComparer.Ordinal));
    }
}

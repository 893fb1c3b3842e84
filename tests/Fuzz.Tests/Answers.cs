using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>Judges answers: whatever is wrong is told with a known code, in the shape of the API that was asked.</summary>
internal static class Answers
{
    private static readonly HashSet<string> Codes =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    private static readonly (string Root, Func<JsonNode, int, bool> IsShape)[] Shapes =
    [
        ("/seo-tools/api", (body, _) => (bool?)body["success"] == false && body["errors"] is null or JsonObject { Count: > 0 }),
        ("/api/1.0", (body, status) => (int?)body["errorCode"] == status && body["message"] is not null && body["specificCode"] is not null),
        ("/api/v1/data-collection", (body, status) => (int?)body["error"]?["status"] == status && body["error"]?["error_code"] is not null),
        .. new[] { "/batches", "/collections", "/destinations", "/live" }.Select(root => (root, (Func<JsonNode, int, bool>)((body, _) => (bool?)body["request_info"]?["success"] == false))),
    ];

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    public static string? FaultOf(FuzzRequest request, RawReply reply) => reply.Status switch
    {
        0 => "there was no answer",
        501 when request.Target.Contains("/destinations", StringComparison.OrdinalIgnoreCase) => null,
        >= 500 => "it is the server's fault",
        >= 400 => FaultOfRefusal(request, reply),
        _ => null,
    };

    // What is no HTTP is refused before anybody can say more than the status.
    private static string? FaultOfRefusal(FuzzRequest request, RawReply reply)
    {
        if (request.Method == "HEAD" || (reply.Body.Length == 0 && reply.Headers.GetValueOrDefault("connection") == "close" && reply.Status is 400 or 405 or 414 or 431))
        {
            return null;
        }

        if (Parse(reply.Body) is not JsonObject body)
        {
            return "the refusal is no JSON object";
        }

        if (body["code"] is JsonValue code && reply.MediaType == "application/problem+json")
        {
            return Codes.Contains((string)code!) && (int?)body["status"] == reply.Status ? null : "the code or the status is unknown";
        }

        return Shapes.Any(shape => PathOf(request).StartsWith(shape.Root, StringComparison.OrdinalIgnoreCase) && shape.IsShape(body, reply.Status))
            ? null
            : "the refusal has neither a code nor the dialect's shape";
    }

    // Where a path has dots in it, the server's reading of it counts.
    private static string PathOf(FuzzRequest request) =>
        Uri.TryCreate($"http://host{request.Target.Split('?')[0]}", UriKind.Absolute, out var address) ? Uri.UnescapeDataString(address.AbsolutePath) : request.Target;

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

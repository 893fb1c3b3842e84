using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Dashboard;

/// <summary>The style sheet, the script and the icon, at addresses that change with their content, so that browsers keep them for good.</summary>
internal static class Assets
{
    /// <summary>Below the dashboard.</summary>
    public const string Folder = "/assets";

    private static readonly Dictionary<string, Asset> ByName = new[]
    {
        Load("dashboard.css", "text/css; charset=utf-8"),
        Load("dashboard.js", "text/javascript; charset=utf-8"),
        Load("icon.svg", "image/svg+xml"),
    }.ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>Its address, relative to the dashboard.</summary>
    public static string Address(string name) => $"{Folder[1..]}/{ByName[name].Version}/{name}";

    /// <summary>Serves them to anybody.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Folder + "/{version}/{name}", Results<FileContentHttpResult, NotFound> (string name, HttpResponse response) =>
        {
            if (!ByName.TryGetValue(name, out var asset))
            {
                return TypedResults.NotFound();
            }

            response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return TypedResults.File(asset.Content, asset.Type);
        });

    private static Asset Load(string name, string type)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(name, type, content, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
    }

    private sealed record Asset(string Name, string Type, byte[] Content, string Version);
}

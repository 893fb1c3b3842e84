using System.Text.Json;

namespace BatchPlatform.Api.Reading.Tests;

internal static class Json
{
    public static JsonElement[] Items(this JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    public static string? Next(this JsonElement page) => page.GetProperty("next_cursor").GetString();

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static int[] Indexes(this IEnumerable<JsonElement> items) => [.. items.Select(item => item.Int("index"))];

    public static JsonElement[] Lines(string ndjson) =>
        [.. ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Follows the cursor to the end.</summary>
    public static async Task<List<JsonElement>> AllAsync(this Tenant tenant, string path)
    {
        var items = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await tenant.GetAsync(cursor.Length == 0 ? path : $"{path}{(path.Contains('?') ? '&' : '?')}cursor={cursor}");
            items.AddRange(page.Items());
            cursor = page.Next();
        }

        return items;
    }
}

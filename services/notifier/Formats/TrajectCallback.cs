using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Security;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier.Formats;

/// <summary>
/// Traject's webhook: which result set is there, and links to its files in the formats that the batch asks for. A batch
/// that was made as a collection is told of as one.
/// </summary>
public sealed class TrajectCallback(SignedLinks signer, IConfiguration configuration, TimeProvider time, IOptions<NotifierOptions> options) : ICallbackFormat
{
    public string Name => "traject";

    public string ContentType => "application/json";

    public Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(news.Batch.DialectDocument ?? "{}");
        var settings = document.RootElement;
        var isCollection = Text(settings, "kind") == "collection";
        var (batch, searches) = isCollection ? ("collection", "requests") : ("batch", "searches");
        var body = new JsonObject
        {
            ["request_info"] = new JsonObject { ["success"] = true, ["type"] = $"{batch}_resultset_completed" },
            [batch] = new JsonObject { ["id"] = TrajectFiles.BatchId(news.Batch.Number), ["name"] = news.Batch.Name },
            ["result_set"] = ResultSet(news, searches, Links(news, settings, isCollection), settings),
        };
        return Task.FromResult(JsonSerializer.SerializeToUtf8Bytes(body));
    }

    private TrajectLinks Links(BatchNews news, JsonElement settings, bool isCollection) => new(
        signer,
        configuration[PublicAddress.Setting]?.TrimEnd('/') ?? Text(settings, "root") ?? "",
        news.Batch.Tenant,
        isCollection ? "collections" : "batches",
        isCollection ? "Collection" : "Batch",
        news.Batch.Number,
        time.GetUtcNow().AddHours(options.Value.LinkHours));

    private static JsonObject ResultSet(BatchNews news, string searches, TrajectLinks links, JsonElement settings)
    {
        var run = news.Runs.Count == 0 ? null : news.Runs[^1];
        var set = new JsonObject
        {
            ["id"] = news.Run,
            ["started_at"] = TrajectFiles.Time(run?.CreatedAt ?? news.At),
            ["ended_at"] = TrajectFiles.Time(news.At),
            [$"{searches}_completed"] = run?.Completed ?? 0,
            [$"{searches}_failed"] = run?.Failed ?? 0,
        };
        var downloads = new JsonObject();
        foreach (var format in TrajectFiles.Endings.Keys.Where(format => IsSet(settings, $"notification_as_{format}")))
        {
            var fields = format == "csv" ? Text(settings, "notification_csv_fields") : null;
            var (pages, allPages) = links.Of(news.Run, run?.Seq ?? 0, format, fields);
            downloads[format] = new JsonObject { ["pages"] = new JsonArray([.. pages.Select(page => JsonValue.Create(page))]), ["all_pages"] = allPages };
        }

        set["download_links"] = downloads;
        return set;
    }

    private static string? Text(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsSet(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}

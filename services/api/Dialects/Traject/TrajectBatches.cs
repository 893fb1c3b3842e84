using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Finds batches by the ids of this dialect and shows them in its words.</summary>
public sealed class TrajectBatches(BatchStore store, DialectBatches batches, TrajectDialect dialect)
{
    /// <summary>The requesting tenant's batch.</summary>
    /// <exception cref="ProblemException">404: there is no such batch.</exception>
    public async Task<Batch> FindAsync(HttpContext context, TrajectWords words, string id) =>
        TrajectFiles.Parse(id) is var number && number >= 0 && await batches.FindAsync(context, dialect, number) is { } batch
            ? batch
            : throw TrajectRefusal.UnknownBatch(words, id);

    /// <summary>An answer with the batch as it is now.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context, TrajectWords words, long number, string? message = null)
    {
        var batch = await batches.FindAsync(context, dialect, number) ?? throw TrajectRefusal.UnknownBatch(words, TrajectFiles.BatchId(number));
        var body = TrajectRefusal.Body(success: true, message);
        body[words.Batch] = await ViewAsync(batch, words, context.RequestAborted);
        return Results.Json(body, ApiJson.Options);
    }

    /// <summary>One batch, with its searches counted by type.</summary>
    public async Task<JsonObject> ViewAsync(Batch batch, TrajectWords words, CancellationToken cancellationToken)
    {
        var view = (await ViewAsync([batch], words, cancellationToken))[0];
        await using var db = store.Read();
        var types = await BatchRef.Of(batch).Jobs(db)
            .GroupBy(job => job.Action)
            .Select(group => new { Type = group.Key, Count = group.Count() })
            .ToListAsync(cancellationToken);
        view[$"{words.Searches}_per_type_count"] = new JsonObject(types.OrderBy(type => type.Type).Select(type => KeyValuePair.Create(type.Type, (JsonNode?)type.Count)));
        return view;
    }

    /// <summary>Several batches, in the order given.</summary>
    public async Task<IReadOnlyList<JsonObject>> ViewAsync(IReadOnlyList<Batch> some, TrajectWords words, CancellationToken cancellationToken)
    {
        var numbers = some.Select(batch => batch.Number).ToList();
        await using var db = store.Read();
        var runs = await db.Runs.Where(run => numbers.Contains(run.Batch) && run.ExpiredAt == null)
            .GroupBy(run => run.Batch)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken);
        var fires = await db.Schedules.Where(row => numbers.Contains(row.Batch)).ToDictionaryAsync(row => row.Batch, row => row.NextAt, cancellationToken);
        return [.. some.Select(batch => View(batch, words, runs.GetValueOrDefault(batch.Number), fires.GetValueOrDefault(batch.Number)))];
    }

    /// <summary>idle, queued or running.</summary>
    public static string Status(string state) => state switch
    {
        nameof(BatchState.Committed) => "queued",
        nameof(BatchState.Running) => "running",
        _ => "idle",
    };

    /// <summary>Whether the batch's latest run goes on, so that it is no result set yet.</summary>
    public static bool IsActive(Batch batch) => Status(batch.CurrentState) != "idle";

    private static JsonObject View(Batch batch, TrajectWords words, int runs, DateTime? nextRun)
    {
        var settings = TrajectSettings.Of(batch);
        var view = new JsonObject
        {
            ["id"] = TrajectFiles.BatchId(batch.Number),
            ["created_at"] = TrajectFiles.Time(batch.CreatedAt),
            ["last_run"] = batch.CommittedAt is { } last ? TrajectFiles.Time(last) : null,
            ["name"] = batch.Name,
            ["schedule_type"] = settings.ScheduleType,
        };
        AddSchedule(view, settings);
        view["next_run"] = nextRun is { } next ? TrajectFiles.Time(next) : null;
        view["priority"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(batch.Options.Priority.ToString());
        view["destination_ids"] = ArrayOf(settings.DestinationIds) ?? [];
        view["enabled"] = settings.Enabled;
        view["status"] = Status(batch.CurrentState);
        view[$"{words.Searches}_total_count"] = batch.Total;
        view[$"{words.Searches}_page_count"] = TrajectFiles.Pages(batch.Total);
        view[$"{words.Searches}_type"] = settings.SearchesType ?? "mixed";
        view[$"{words.Searches}_type_locked"] = false;
        view["credits_required"] = batch.Total;
        view["api_requests_required"] = batch.Total;
        view["next_result_set_id"] = batch.Run + 1;
        view["results_count"] = runs - (IsActive(batch) ? 1 : 0);
        AddNotifications(view, settings);
        return view;
    }

    private static void AddSchedule(JsonObject view, TrajectSettings settings)
    {
        if (settings.ScheduleMinutes is { } minutes)
        {
            view["schedule_minutes"] = minutes;
        }

        foreach (var (name, numbers) in new[]
        {
            ("schedule_hours", settings.ScheduleHours),
            ("schedule_days_of_week", settings.ScheduleDaysOfWeek),
            ("schedule_days_of_month", settings.ScheduleDaysOfMonth),
        })
        {
            if (numbers is not null)
            {
                view[name] = ArrayOf(numbers);
            }
        }
    }

    private static void AddNotifications(JsonObject view, TrajectSettings settings)
    {
        view["notification_email"] = settings.NotificationEmail ?? "";
        view["notification_webhook"] = settings.NotificationWebhook ?? "";
        view["notification_as_json"] = settings.NotificationAsJson;
        view["notification_as_jsonlines"] = settings.NotificationAsJsonlines;
        view["notification_as_csv"] = settings.NotificationAsCsv;
        view["notification_csv_fields"] = settings.NotificationCsvFields ?? "";
    }

    private static JsonArray? ArrayOf<T>(IReadOnlyList<T>? items) => items is null ? null : new JsonArray([.. items.Select(item => JsonValue.Create(item))]);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>What a client chose for a batch and the core has no word for, or says otherwise: the batch's <c>dialect_document</c>.</summary>
public sealed record TrajectSettings
{
    // Lists show a thousand batches at once, each with its document.
    private const int MaxBytes = 16 * 1024;

    private static readonly string[] ScheduleTypes = ["manual", "minutes", "daily", "weekly", "monthly"];

    /// <summary>batch or collection: the spelling that it was made in.</summary>
    public string Kind { get; init; } = TrajectWords.OfBatches.Batch;

    /// <summary>Where the client that last set the batch up asked: what the webhook's links begin with, as long as no <c>Public:BaseUrl</c> is set.</summary>
    public string Root { get; init; } = "";

    public bool Enabled { get; init; } = true;

    public string ScheduleType { get; init; } = "manual";

    public string? ScheduleMinutes { get; init; }

    public IReadOnlyList<int>? ScheduleHours { get; init; }

    public IReadOnlyList<int>? ScheduleDaysOfWeek { get; init; }

    public IReadOnlyList<int>? ScheduleDaysOfMonth { get; init; }

    public IReadOnlyList<string>? DestinationIds { get; init; }

    /// <summary>Recorded; no mail is sent.</summary>
    public string? NotificationEmail { get; init; }

    public string? NotificationWebhook { get; init; }

    public bool NotificationAsJson { get; init; }

    public bool NotificationAsJsonlines { get; init; }

    public bool NotificationAsCsv { get; init; }

    public string? NotificationCsvFields { get; init; }

    /// <summary>What the client says its searches are, such as web or mixed.</summary>
    public string? SearchesType { get; init; }

    [JsonIgnore]
    public TrajectWords Words => TrajectWords.Of(Kind);

    /// <summary>The settings of a batch.</summary>
    public static TrajectSettings Of(Batch batch) => Read(batch.DialectDocument!);

    /// <summary>Those that a batch keeps.</summary>
    public static TrajectSettings Read(string json) => JsonSerializer.Deserialize<TrajectSettings>(json, ApiJson.Options)!;

    /// <summary>As the batch keeps them.</summary>
    /// <exception cref="ProblemException">400: together they are too large.</exception>
    public string ToJson()
    {
        var json = JsonSerializer.Serialize(this, ApiJson.Options);
        return Encoding.UTF8.GetByteCount(json) <= MaxBytes
            ? json
            : throw TrajectRefusal.Invalid("settings", $"of a {Words.BatchTitle} must have at most {MaxBytes} bytes together");
    }

    /// <summary>These, with what a request says instead.</summary>
    /// <exception cref="ProblemException">400: a parameter cannot be taken.</exception>
    public TrajectSettings With(Parameters parameters)
    {
        var given = new TrajectParameters(parameters);
        return this with
        {
            Enabled = given.Flag("enabled", Enabled),
            ScheduleType = given.Choice("schedule_type", ScheduleTypes, ScheduleType),
            ScheduleMinutes = given.Text("schedule_minutes", ScheduleMinutes),
            ScheduleHours = given.Numbers("schedule_hours", ScheduleHours),
            ScheduleDaysOfWeek = given.Numbers("schedule_days_of_week", ScheduleDaysOfWeek),
            ScheduleDaysOfMonth = given.Numbers("schedule_days_of_month", ScheduleDaysOfMonth),
            DestinationIds = given.Texts("destination_ids", DestinationIds),
            NotificationEmail = given.Text("notification_email", NotificationEmail),
            NotificationWebhook = given.Text("notification_webhook", NotificationWebhook),
            NotificationAsJson = given.Flag("notification_as_json", NotificationAsJson),
            NotificationAsJsonlines = given.Flag("notification_as_jsonlines", NotificationAsJsonlines),
            NotificationAsCsv = given.Flag("notification_as_csv", NotificationAsCsv),
            NotificationCsvFields = given.Text("notification_csv_fields", NotificationCsvFields),
            SearchesType = given.Text($"{Words.Searches}_type", SearchesType),
        };
    }
}

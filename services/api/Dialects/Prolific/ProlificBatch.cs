using System.Text.Json;
using BatchPlatform.Api.Expansions;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>A batch's place, in the vendor's words.</summary>
public enum ProlificStatus
{
    /// <summary>Not set up yet.</summary>
    Uninitialised,

    /// <summary>Tasks are being made of the dataset.</summary>
    Processing,

    /// <summary>The tasks are there and run, or have run.</summary>
    Ready,

    /// <summary>The dataset could not be made into tasks.</summary>
    Error,
}

/// <summary>A batch with what this dialect shows of it.</summary>
/// <param name="Row">The batch.</param>
/// <param name="Document">What the dialect keeps with it.</param>
/// <param name="Setup">The expansion that makes its tasks, once it was set up; it has the batch's id.</param>
/// <param name="Dataset">The dataset that the document names, if it is there.</param>
internal sealed record ProlificBatch(Batch Row, BatchDocument Document, Expansion? Setup, Dataset? Dataset)
{
    private const int SchemaVersion = 4;

    public ProlificStatus Status => (Row.CurrentState, Setup?.State) switch
    {
        (not nameof(BatchState.Created), _) => ProlificStatus.Ready,
        (_, null) => ProlificStatus.Uninitialised,
        (_, ExpansionState.Failed) => ProlificStatus.Error,
        _ => ProlificStatus.Processing,
    };

    public int Tasks => Status == ProlificStatus.Ready ? Row.Total : 0;

    /// <summary>Tasks that one participant is given together.</summary>
    public int TasksPerGroup => Setup is null ? 1 : ExpansionRequests.Read(Setup.Template).GroupSize;

    public int Groups => (Tasks + TasksPerGroup - 1) / TasksPerGroup;

    /// <summary>As the vendor writes a batch.</summary>
    public ProlificBatchBody Body() => new(
        Row.CorrelationId,
        Row.CreatedAt,
        Document.CreatedBy,
        Dataset is null ? [] : [new DatasetItem(Dataset.Id, Dataset.Rows, DatasetDocument.Of(Dataset).Filename ?? Dataset.Name)],
        Document.Name,
        Status.Word(),
        Tasks,
        Tasks * Instructions(Document.BatchItems),
        Document.WorkspaceId,
        SchemaVersion,
        Document.TaskDetails,
        Groups,
        TasksPerGroup,
        Document.BatchItems,
        Document.AutoSyncEnabled);

    // Without a layout the steps of the task are its one instruction; in one, whatever is answered.
    private static int Instructions(JsonElement? layout) => layout is null ? 1 : Math.Max(Answered(layout.Value), 1);

    private static int Answered(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Array => node.EnumerateArray().Sum(Answered),
        JsonValueKind.Object => (IsAnswered(node) ? 1 : 0) + node.EnumerateObject().Where(member => member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object).Sum(member => Answered(member.Value)),
        _ => 0,
    };

    private static bool IsAnswered(JsonElement item) =>
        item.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && type.GetString() is "free_text" or "free_text_with_unit" or "multiple_choice" or "multiple_choice_with_free_text" or "file_upload" or "video_narration";
}

/// <summary>How the vendor writes a batch.</summary>
internal sealed record ProlificBatchBody(
    Guid Id,
    DateTime CreatedAt,
    string CreatedBy,
    IReadOnlyList<DatasetItem> Datasets,
    string Name,
    string Status,
    int TotalTaskCount,
    int TotalInstructionCount,
    string WorkspaceId,
    int SchemaVersion,
    TaskDetails TaskDetails,
    int TotalTaskGroups,
    int TasksPerGroup,
    JsonElement? BatchItems,
    bool AutoSyncEnabled);

/// <summary>A dataset within a batch.</summary>
internal sealed record DatasetItem(Guid Id, int TotalDatapointCount, string Filename);

/// <summary>Writes statuses as the vendor does.</summary>
internal static class ProlificWords
{
    public static string Word<T>(this T status)
        where T : struct, Enum =>
        status.ToString().ToUpperInvariant();
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>What a task is about. Introduction and steps are HTML, kept as they were sent and never rendered here.</summary>
public sealed record TaskDetails(string TaskName, string TaskIntroduction, string TaskSteps);

/// <summary>What this dialect keeps with a batch.</summary>
/// <param name="Name">Its name, which may be changed when the batch's own no longer can.</param>
/// <param name="WorkspaceId">As sent.</param>
/// <param name="CreatedBy">The id of the key that made it.</param>
/// <param name="TaskDetails">What its tasks are about.</param>
/// <param name="DatasetId">The dataset that it is, or was, to be made of.</param>
/// <param name="BatchItems">The layout of its tasks, as sent.</param>
/// <param name="AutoSyncEnabled">As sent.</param>
public sealed record BatchDocument(
    string Name, string WorkspaceId, string CreatedBy, TaskDetails TaskDetails, Guid? DatasetId = null, JsonElement? BatchItems = null, bool AutoSyncEnabled = false)
{
    // No relaxed encoder: the lifecycle writes documents so too, and lists search their text.
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static BatchDocument Read(string? json) => JsonSerializer.Deserialize<BatchDocument>(json!, Json)!;

    internal string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>The text that the document of every batch of a workspace has in it.</summary>
    internal static string OfWorkspace(string id) => $"\"workspace_id\":{JsonSerializer.Serialize(id, Json)}";

    /// <summary>The change that a request asks for, as a merge patch of the document: only what was sent.</summary>
    /// <exception cref="ProblemException">400: a member is of a wrong kind.</exception>
    internal static JsonObject PatchOf(ProlificBody body)
    {
        var patch = new JsonObject();
        Set("name", body.Name("name"));
        Set("task_details", body.TaskDetails());
        Set("dataset_id", body.Id("dataset_id"));
        Set("batch_items", body.Layout("batch_items"));
        Set("auto_sync_enabled", body.Flag("auto_sync_enabled"));
        return patch;

        void Set<T>(string member, T value)
        {
            if (body.Has(member))
            {
                patch[member] = JsonSerializer.SerializeToNode(value, Json);
            }
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>What a task was answered with, as the vendor writes it. What the upstream does not say is null.</summary>
internal sealed record ProlificResponse(
    string Id,
    DateTime CreatedAt,
    Guid BatchId,
    JsonNode? ParticipantId,
    string TaskId,
    JsonNode? CorrelationId,
    JsonNode? SubmissionId,
    JsonNode? Metadata,
    JsonNode Response,
    int SchemaVersion)
{
    private const int Version = 4;

    /// <summary>The response of a completed job; an answer that is not in the vendor's form becomes one free text.</summary>
    public static ProlificResponse Of(Batch batch, Outcome outcome, string taskId)
    {
        var said = outcome.Response is { Length: > 0 } json ? JsonNode.Parse(json) as JsonObject : null;
        return new ProlificResponse(
            taskId, outcome.CompletedAt, batch.CorrelationId, Take("participant_id"), taskId, Take("correlation_id"), Take("submission_id"), Take("metadata"),
            Take("response") as JsonObject ?? FreeText(batch, outcome.Response), Version);

        JsonNode? Take(string member) => said?[member]?.DeepClone();
    }

    private static JsonObject FreeText(Batch batch, string? response) => new()
    {
        ["instruction_id"] = $"{batch.CorrelationId:D}",
        ["type"] = "free_text",
        ["answer"] = new JsonArray(new JsonObject { ["value"] = TextOf(response) }),
    };

    private static string TextOf(string? response)
    {
        using var document = JsonDocument.Parse(response is { Length: > 0 } ? response : "\"\"");
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()! : response!;
    }
}

using System.Text.Json;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>What this dialect keeps with a dataset.</summary>
/// <param name="WorkspaceId">As sent; null for a dataset that was made natively.</param>
/// <param name="CreatedBy">The id of the key that made it.</param>
/// <param name="Schema">As sent.</param>
/// <param name="Filename">Of the last upload.</param>
/// <param name="ImportId">Of the last upload.</param>
internal sealed record DatasetDocument(string? WorkspaceId = null, string? CreatedBy = null, JsonElement? Schema = null, string? Filename = null, Guid? ImportId = null)
{
    public static DatasetDocument Of(Dataset row) =>
        row.DialectDocument is { } json ? JsonSerializer.Deserialize<DatasetDocument>(json, BatchDocument.Json)! : new DatasetDocument();

    public string Write() => JsonSerializer.Serialize(this, BatchDocument.Json);
}

using System.Text.Json;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>What this dialect keeps with a dataset.</summary>
/// <param name="WorkspaceId">As sent; null for a dataset that was made natively.</param>
/// <param name="CreatedBy">The id of the key that made it.</param>
/// <param name="Schema">As sent.</param>
/// <param name="Filename">Of the last upload.</param>
/// <param name="ImportId">Of the last upload.</param>
/// <param name="Awaited">What the address that was handed out last is for, until it is used.</param>
internal sealed record DatasetDocument(
    string? WorkspaceId = null, string? CreatedBy = null, JsonElement? Schema = null, string? Filename = null, Guid? ImportId = null, AwaitedImport? Awaited = null)
{
    public static DatasetDocument Of(Dataset row) =>
        row.DialectDocument is { } json ? JsonSerializer.Deserialize<DatasetDocument>(json, BatchDocument.Json)! : new DatasetDocument();

    public string Write() => JsonSerializer.Serialize(this, BatchDocument.Json);
}

/// <summary>An upload that has an address and has not begun.</summary>
internal sealed record AwaitedImport(Guid Id, string Filename);

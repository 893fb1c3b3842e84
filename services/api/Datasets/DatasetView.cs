using System.Text.Json;
using BatchPlatform.Api.Batches;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Datasets;

/// <summary>What a dataset can be used for.</summary>
public enum DatasetStatus
{
    /// <summary>Nothing was uploaded yet.</summary>
    Empty,

    /// <summary>An upload is going on.</summary>
    Uploading,

    /// <summary>Its rows can be expanded.</summary>
    Ready,

    /// <summary>The only uploads so far were refused.</summary>
    Failed,
}

/// <summary>A dataset as clients see it.</summary>
public sealed record DatasetView(
    Guid Id,
    long Number,
    string Name,
    DatasetStatus Status,
    int Rows,
    int BadRows,
    IReadOnlyList<ProblemError> Errors,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    DateTime? UploadedAt,
    DatasetLinks Links)
{
    /// <summary>The view of a row.</summary>
    public static DatasetView Of(Dataset row, PublicOptions at) => new(
        row.Id, row.Number, row.Name, StatusOf(row), row.Rows, row.BadRows, ErrorsOf(row.Errors), row.CreatedAt, row.UpdatedAt, row.UploadedAt, DatasetLinks.Of(row.Id, at));

    /// <summary>What the row can be used for.</summary>
    public static DatasetStatus StatusOf(Dataset row) => row switch
    {
        { Upload: not null } => DatasetStatus.Uploading,
        { Content: not null } => DatasetStatus.Ready,
        { BadRows: > 0 } => DatasetStatus.Failed,
        _ => DatasetStatus.Empty,
    };

    internal static IReadOnlyList<ProblemError> ErrorsOf(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<List<ProblemError>>(json, ApiJson.Options)!;
}

/// <summary>Where else to look; absolute when <c>Public:BaseUrl</c> is configured, else paths on this host.</summary>
public sealed record DatasetLinks(string Self, string Content)
{
    /// <summary>The links of one dataset.</summary>
    public static DatasetLinks Of(Guid id, PublicOptions at)
    {
        var self = $"{at.BaseUrl?.TrimEnd('/')}/v1/datasets/{id:D}";
        return new DatasetLinks(self, $"{self}/content");
    }
}

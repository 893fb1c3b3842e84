using System.Text.Json;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Creates and shows datasets.</summary>
public sealed class DatasetHandlers(DatasetTable datasets, NumberSource numbers, ProlificDialect dialect, TimeProvider time)
{
    private const int SchemaVersion = 4;

    /// <summary>POST /datasets.</summary>
    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var body = await ProlificBody.ReadAsync(context);
        var row = new Dataset
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Number = await numbers.NextAsync(context.RequestAborted),
            Tenant = context.Tenant(),
            Name = body.RequiredName("name"),
            Dialect = dialect.Name,
            DialectDocument = new DatasetDocument(body.RequiredName("workspace_id"), context.KeyId(), body.Layout("schema")).Write(),
        };
        await datasets.AddAsync(row);
        return ProlificDialect.Answer(201, Body(row));
    }

    /// <summary>GET /datasets/{id}.</summary>
    public async Task<IResult> FindAsync(HttpContext context, string id) => ProlificDialect.Answer(200, Body(await RowAsync(context, id)));

    /// <summary>GET /datasets/{id}/status.</summary>
    public async Task<IResult> StatusAsync(HttpContext context, string id) =>
        ProlificDialect.Answer(200, new { Status = StatusOf(await RowAsync(context, id)).Word() });

    /// <summary>GET /datasets/{id}/imports/{import}: the last one, or the one that is awaited.</summary>
    public async Task<IResult> ImportAsync(HttpContext context, string id, string import)
    {
        var row = await RowAsync(context, id);
        var known = new[] { Import(row), Awaited(row) };
        return Array.Find(known, one => $"{one?.Id:D}".Equals(import, StringComparison.OrdinalIgnoreCase)) is { } found
            ? ProlificDialect.Answer(200, found)
            : throw new ProblemException(Problems.NotFound("The dataset has no such import."));
    }

    private Task<Dataset> RowAsync(HttpContext context, string id) => datasets.FindAsync(context.Tenant(), id, context.RequestAborted);

    private static DatasetBody Body(Dataset row)
    {
        var document = DatasetDocument.Of(row);
        return new DatasetBody(
            row.Id, row.CreatedAt, document.CreatedBy, row.Name, document.WorkspaceId, StatusOf(row).Word(), document.Filename, row.Rows,
            document.Schema, SchemaVersion, Import(row) is { } import ? [import] : []);
    }

    private static ProlificStatus StatusOf(Dataset row) => DatasetView.StatusOf(row) switch
    {
        DatasetStatus.Empty => ProlificStatus.Uninitialised,
        DatasetStatus.Uploading => ProlificStatus.Processing,
        DatasetStatus.Ready => ProlificStatus.Ready,
        _ => ProlificStatus.Error,
    };

    private static ImportBody? Import(Dataset row)
    {
        var document = DatasetDocument.Of(row);
        return document.ImportId is not { } id
            ? null
            : new ImportBody(
                id,
                row switch { { Upload: not null } => "processing", { BadRows: > 0 } => "failed", { Content: not null } => "complete", _ => "uninitialised" },
                document.Filename,
                row.Rows,
                row.BadRows,
                [.. DatasetView.ErrorsOf(row.Errors).Select(error => new ImportError(error.Line, error.Field, error.Message))]);
    }

    private static ImportBody? Awaited(Dataset row) =>
        DatasetDocument.Of(row).Awaited is { } awaited ? new ImportBody(awaited.Id, "uninitialised", awaited.Filename, AcceptedCount: 0, RejectedCount: 0, []) : null;
}

/// <summary>How the vendor writes a dataset.</summary>
internal sealed record DatasetBody(
    Guid Id,
    DateTime CreatedAt,
    string? CreatedBy,
    string Name,
    string? WorkspaceId,
    string Status,
    string? Filename,
    int TotalDatapointCount,
    JsonElement? Schema,
    int SchemaVersion,
    IReadOnlyList<ImportBody> Imports);

/// <summary>How the vendor writes an upload; the record index is the line, or the position in a list, from 1.</summary>
internal sealed record ImportBody(Guid Id, string Status, string? Filename, int AcceptedCount, int RejectedCount, IReadOnlyList<ImportError> Errors);

/// <summary>A bad row.</summary>
internal sealed record ImportError(int? RecordIndex, string? Field, string Reason);

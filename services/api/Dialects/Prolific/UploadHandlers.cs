using BatchPlatform.Api.Datasets;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Api.Dialects.Prolific;

/// <summary>Hands out addresses to upload to, and takes what is sent there.</summary>
public sealed class UploadHandlers(DatasetTable datasets, DatasetUploading uploading, ProlificLinks links, SignedLinks signatures)
{
    private static readonly Dictionary<string, (string ContentType, Func<RecordFormat<StagedRow>> Make)> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = ("text/csv", () => new CsvFormat<StagedRow>()),
        [".jsonl"] = ("application/jsonl", () => new NdjsonFormat<StagedRow>()),
    };

    /// <summary>GET /datasets/{id}/upload-url/{filename}.</summary>
    public async Task<IResult> AddressAsync(HttpContext context, string id, string filename)
    {
        var row = await datasets.FindAsync(context.Tenant(), id, context.RequestAborted);
        if (filename.Length > Limits.NameLength || !Formats.TryGetValue(Path.GetExtension(filename), out var format))
        {
            throw ProlificRefusal.Bad($"filename: must end in .csv or .jsonl and have at most {Limits.NameLength} characters.");
        }

        var import = Guid.NewGuid();
        while (!await datasets.ChangeDocumentAsync(row, (DatasetDocument.Of(row) with { Awaited = new AwaitedImport(import, filename) }).Write()))
        {
            row = await datasets.FindAsync(context.Tenant(), id, context.RequestAborted);
        }

        var (url, expiresAt) = links.Make(
            context, HttpMethods.Put, $"{ProlificDialect.Root}/datasets/{row.Id:D}/upload", Path.GetExtension(filename).ToLowerInvariant(),
            KeyValuePair.Create("filename", filename), KeyValuePair.Create("import_id", $"{import:D}"));
        return ProlificDialect.Answer(201, new
        {
            DatasetId = row.Id,
            UploadUrl = url,
            HttpMethod = HttpMethods.Put,
            format.ContentType,
            ExpiresAt = expiresAt,
            FileKey = $"{row.Id:D}/{import:D}/{filename}",
            ImportId = import,
        });
    }

    /// <summary>PUT to such an address. The file's name tells its format, whatever the request calls it.</summary>
    public async Task<IResult> StoreAsync(HttpContext context, string id)
    {
        var (verdict, tenant) = signatures.Check(context.Request);
        if (verdict != LinkVerdict.Valid)
        {
            throw new ProblemException(verdict == LinkVerdict.Expired ? Problems.LinkExpired() : Problems.LinkInvalid());
        }

        var query = context.Request.Query;
        var row = await datasets.FindAsync(tenant, id, context.RequestAborted);
        var (old, import) = (DatasetDocument.Of(row), Guid.Parse(query["import_id"]!));
        var document = old with { Filename = query["filename"], ImportId = import, Awaited = old.Awaited?.Id == import ? null : old.Awaited };
        await uploading.RunAsync(row.Id, context.Request.Body, Formats[query["format"]!].Make(), context.RequestAborted, document.Write());
        return Results.Ok();
    }
}

using System.IO.Compression;
using BatchPlatform.Api.Reading;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Streams the files of a result set: a page as JSON, JSON Lines or CSV, or all pages at once. Pages hold results in order of arrival.</summary>
public sealed class ResultFiles(BatchStore store, TrajectBatches mine)
{
    /// <summary>GET /batches/{id}/results/{n}/files/{name}.</summary>
    public async Task<IResult> WriteAsync(HttpContext context, TrajectWords words, string id, string set, string name)
    {
        var batch = await mine.FindAsync(context, words, id);
        await using var db = store.Read();
        var run = await ResultSets.FindAsync(db, batch, set, context.RequestAborted);
        foreach (var format in TrajectFiles.Endings.Keys)
        {
            var file = new File(batch, run, words, format, context.Request.Query["csv_fields"].ToString());
            if (name == TrajectFiles.AllPagesName(words.BatchTitle, batch.Number, run.Number, format, file.CsvFields))
            {
                return await WriteAllAsync(context, file);
            }

            if (PageOf(name, file) is { } page)
            {
                context.Response.ContentType = file.ContentType;
                return await WriteAsync(context, file, file.Page(page), context.Response.Body);
            }
        }

        throw new ProblemException(Problems.NotFound("There is no such file."));
    }

    private static int? PageOf(string name, File file) => Enumerable.Range(1, file.Pages)
        .Where(page => name == file.Name(page))
        .Select(page => (int?)page)
        .FirstOrDefault();

    private async Task<IResult> WriteAllAsync(HttpContext context, File file)
    {
        if (file.Format == "csv")
        {
            context.Response.ContentType = file.ContentType;
            return await WriteAsync(context, file, file.All, context.Response.Body);
        }

        context.Response.ContentType = "application/zip";
        // The end of an entry, which is a few bytes, knows no other way.
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        await using var zip = await ZipArchive.CreateAsync(context.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, context.RequestAborted);
        for (var page = 1; page <= file.Pages; page++)
        {
            await using var entry = await zip.CreateEntry(file.Name(page), CompressionLevel.Fastest).OpenAsync(context.RequestAborted);
            await WriteAsync(context, file, file.Page(page), entry);
        }

        return Results.Empty;
    }

    private async Task<IResult> WriteAsync(HttpContext context, File file, ResultStretch stretch, Stream output)
    {
        var (number, words) = (file.Batch.Number, file.Words);
        IReadOnlyList<string> columns = file.Format == "csv" ? await ColumnsAsync(file, stretch, context.RequestAborted) : [];
        var whole = await Download(file).WriteAsync(
            [stretch],
            page => file.Format == "csv" ? new TrajectCsv(page, number, words, columns) : new TrajectJson(page, number, words, lines: file.Format == "jsonlines"),
            output,
            context.RequestAborted);
        if (!whole)
        {
            context.Abort(); // A file that was cut off must not look complete.
        }

        return Results.Empty;
    }

    // Those that were asked for; else a look at all results tells which there are.
    private async Task<IReadOnlyList<string>> ColumnsAsync(File file, ResultStretch stretch, CancellationToken cancellationToken)
    {
        if (file.CsvFields.Length > 0)
        {
            return file.CsvFields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        using var columns = new TrajectColumns(file.Batch.Number, file.Words);
        await Download(file).WriteAsync([stretch], _ => columns, Stream.Null, cancellationToken);
        return columns.Columns;
    }

    private ResultDownload Download(File file) =>
        new(store, BatchRef.Of(file.Batch), file.Run.Number, new ResultQuery(file.Batch.Number, state: null));

    private sealed record File(Batch Batch, Run Run, TrajectWords Words, string Format, string CsvFields)
    {
        public int Pages => TrajectFiles.Pages(Run.Seq);

        public string ContentType => Format switch
        {
            "csv" => "text/csv",
            "jsonlines" => "application/x-ndjson",
            _ => "application/json",
        };

        public ResultStretch All => new([Run], ResultOrder.Arrival, From: 1, End: Run.Seq + 1);

        public ResultStretch Page(int page) =>
            new([Run], ResultOrder.Arrival, ((page - 1) * TrajectFiles.PageSize) + 1, Math.Min((page * TrajectFiles.PageSize) + 1, Run.Seq + 1));

        public string Name(int page) => TrajectFiles.PageName(Words.BatchTitle, Batch.Number, Run.Number, page, Format);
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Reading;
using BatchPlatform.Store;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Lists a batch's searches: a page of them in an answer, or as a file. They are written as they are read, so that memory holds few of them.</summary>
public sealed class SearchPages(BatchStore store, TrajectBatches mine, TrajectLinking linking)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>GET /batches/{id}/searches/{page}: all, or those found by <c>q</c> or <c>custom_id</c>.</summary>
    public async Task<IResult> ListAsync(HttpContext context, TrajectWords words, string id, string page)
    {
        var batch = await mine.FindAsync(context, words, id);
        var number = PageOf(page);
        var parameters = new TrajectParameters(await TrajectDialect.ParametersAsync(context));
        await using var db = store.Read();
        var found = Found(db, batch, parameters.Text("q", old: null), parameters.Text("custom_id", old: null));
        var pages = TrajectFiles.Pages(await found.CountAsync(context.RequestAborted));

        var text = new ResponsePages(context);
        await using var json = text.Json();
        json.WriteStartObject();
        json.WritePropertyName("request_info");
        json.WriteRawValue("""{"success":true}""");
        json.WriteString($"{words.Batch}_id", TrajectFiles.BatchId(batch.Number));
        json.WriteNumber($"{words.Searches}_page_current", number);
        json.WriteNumber($"{words.Searches}_page_count", pages);
        json.WritePropertyName(words.Searches);
        await WriteAsync(context, json, text, batch, Page(found, number));
        json.WriteEndObject();
        await text.SendAsync(json);
        return Results.Empty;
    }

    /// <summary>GET /batches/{id}/searches/json and …/csv: where the files are.</summary>
    public async Task<IResult> LinksAsync(HttpContext context, TrajectWords words, string id, string format)
    {
        var batch = await mine.FindAsync(context, words, id);
        var links = linking.For(context, words, batch);
        var pages = TrajectFiles.Pages(batch.Total);
        var files = Enumerable.Range(1, pages).Select(page => JsonValue.Create(links.Sign($"{words.Searches}/files/{Name(words, batch, page, format)}", format)));
        var body = TrajectRefusal.Body(success: true);
        body[$"{words.Batch}_id"] = TrajectFiles.BatchId(batch.Number);
        body[$"{words.Searches}_total_count"] = batch.Total;
        body[$"{words.Searches}_page_count"] = pages;
        body["download_links"] = new JsonObject { ["pages"] = new JsonArray([.. files]) };
        return Results.Json(body, ApiJson.Options);
    }

    /// <summary>A page of searches as a file.</summary>
    public async Task<IResult> WriteAsync(HttpContext context, TrajectWords words, string id, string name)
    {
        var batch = await mine.FindAsync(context, words, id);
        var number = Enumerable.Range(1, TrajectFiles.Pages(batch.Total))
            .FirstOrDefault(page => name == Name(words, batch, page, "json") || name == Name(words, batch, page, "csv"));
        if (number == 0)
        {
            throw new ProblemException(Problems.NotFound("There is no such file."));
        }

        await using var db = store.Read();
        var page = Page(Found(db, batch, q: null, customId: null), number);
        return name.EndsWith(".csv", StringComparison.Ordinal) ? await WriteCsvAsync(context, batch, page) : await WriteJsonAsync(context, batch, page);
    }

    private static async Task<IResult> WriteJsonAsync(HttpContext context, Batch batch, IQueryable<Job> page)
    {
        var text = new ResponsePages(context);
        await using var json = text.Json();
        await WriteAsync(context, json, text, batch, page);
        await text.SendAsync(json);
        return Results.Empty;
    }

    private static async Task<IResult> WriteCsvAsync(HttpContext context, Batch batch, IQueryable<Job> page)
    {
        var columns = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var job in page.AsAsyncEnumerable().WithCancellation(context.RequestAborted))
        {
            using var record = Record(batch, job);
            FlatCsv.Collect(record.RootElement, columns);
        }

        var text = new ResponsePages(context);
        context.Response.ContentType = "text/csv";
        string[] ordered = [.. columns.OrderBy(column => column != "id")];
        FlatCsv.WriteHeader(text.Text, ordered);
        await foreach (var job in page.AsAsyncEnumerable().WithCancellation(context.RequestAborted))
        {
            using var record = Record(batch, job);
            FlatCsv.WriteRecord(text.Text, record.RootElement, ordered);
            await text.SendAsync(ResponsePages.Bytes);
        }

        await text.SendAsync();
        return Results.Empty;
    }

    private static JsonDocument Record(Batch batch, Job job)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text, Writing);
        SearchJson.Write(json, batch.Number, job);
        json.Flush();
        return JsonDocument.Parse(text.WrittenMemory);
    }

    private static async Task WriteAsync(HttpContext context, Utf8JsonWriter json, ResponsePages text, Batch batch, IQueryable<Job> page)
    {
        context.Response.ContentType = "application/json";
        json.WriteStartArray();
        await foreach (var job in page.AsAsyncEnumerable().WithCancellation(context.RequestAborted))
        {
            SearchJson.Write(json, batch.Number, job);
            await text.SendAsync(json, ResponsePages.Bytes);
        }

        json.WriteEndArray();
    }

    private static IQueryable<Job> Found(StoreDb db, Batch batch, string? q, string? customId)
    {
        var jobs = BatchRef.Of(batch).Jobs(db);
        if (customId is not null)
        {
            jobs = jobs.Where(job => job.CustomId == customId);
        }

        if (q?.ToLowerInvariant() is { } term)
        {
#pragma warning disable CA1862 // Runs in the database, which knows no StringComparison.
            jobs = jobs.Where(job => job.Params.ToLower().Contains(term) || (job.CustomId != null && job.CustomId.ToLower().Contains(term)));
#pragma warning restore CA1862
        }

        return jobs;
    }

    private static IQueryable<Job> Page(IQueryable<Job> jobs, int page) =>
        jobs.OrderBy(job => job.Index).Skip((int)Math.Min((page - 1L) * TrajectFiles.PageSize, int.MaxValue)).Take(TrajectFiles.PageSize);

    private static int PageOf(string page) =>
        int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1
            ? number
            : throw TrajectRefusal.Invalid("page", "must be a number from 1");

    private static string Name(TrajectWords words, Batch batch, int page, string format) =>
        $"{words.BatchTitle}_{words.SearchTitle}{words.Searches[words.Search.Length..]}_{TrajectFiles.BatchId(batch.Number)}_Page_{page}.{format}";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Security;

namespace BatchPlatform.Store.Results;

/// <summary>How Traject's clients know batches and searches, and where the files of result sets are: in answers and in webhooks alike.</summary>
public static class TrajectFiles
{
    /// <summary>Searches or results on one page.</summary>
    public const int PageSize = 1000;

    /// <summary>The formats of result files, each with its ending.</summary>
    public static IReadOnlyDictionary<string, string> Endings { get; } =
        new Dictionary<string, string> { ["json"] = "json", ["jsonlines"] = "jsonl", ["csv"] = "csv" };

    /// <summary>A batch's number in hexadecimal, at least eight digits.</summary>
    public static string BatchId(long number) => number.ToString("X8", CultureInfo.InvariantCulture);

    /// <summary>A search's: it keeps it when it is changed.</summary>
    public static string SearchId(long number, int index) =>
        JobIds.Of(number, index).ToString("X", CultureInfo.InvariantCulture);

    /// <summary>The number or search that a hexadecimal id stands for; -1 when it is none.</summary>
    public static long Parse(string id) =>
        long.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : -1;

    /// <summary>A time as they write it, in milliseconds.</summary>
    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Pages of so many searches or results.</summary>
    public static int Pages(int count) => (count + PageSize - 1) / PageSize;

    /// <summary>The name of one page of a result set.</summary>
    public static string PageName(string title, long number, int run, int page, string format) =>
        $"{Set(title, number, run)}_Page_{page}.{Endings[format]}";

    /// <summary>The name of all pages of a result set together; of a CSV it tells one choice of columns from another.</summary>
    public static string AllPagesName(string title, long number, int run, string format, string? csvFields) => format switch
    {
        "csv" => $"{Set(title, number, run)}_All_Pages_{Fingerprint(csvFields ?? "")}.csv",
        "jsonlines" => $"{Set(title, number, run)}_All_Pages_jsonlines.zip",
        _ => $"{Set(title, number, run)}_All_Pages.zip",
    };

#pragma warning disable CA5350 // A name as the vendor makes it; nothing rests on it.
    private static string Fingerprint(string csvFields) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(csvFields)));
#pragma warning restore CA5350

    private static string Set(string title, long number, int run) => $"{title}_Results_{BatchId(number)}_{run}";
}

/// <summary>Makes links to a batch's files that need no key for a while.</summary>
/// <param name="Signer">Signs them.</param>
/// <param name="Root">What they begin with, such as <c>https://batches.example.org</c>.</param>
/// <param name="Tenant">Whose batch it is.</param>
/// <param name="Batches">The word for batches in paths.</param>
/// <param name="Title">The word for a batch in names of files.</param>
/// <param name="Number">The batch's number.</param>
/// <param name="Expires">Until when they are good.</param>
public sealed record TrajectLinks(SignedLinks Signer, string Root, string Tenant, string Batches, string Title, long Number, DateTimeOffset Expires)
{
    /// <summary>The pages of a result set, and the link to all of them together.</summary>
    /// <param name="run">The result set.</param>
    /// <param name="results">Its results.</param>
    /// <param name="format">json, jsonlines or csv.</param>
    /// <param name="csvFields">Of a CSV: its columns; null for all.</param>
    public (IReadOnlyList<string> Pages, string AllPages) Of(int run, int results, string format, string? csvFields = null)
    {
        var names = Enumerable.Range(1, TrajectFiles.Pages(results)).Select(page => TrajectFiles.PageName(Title, Number, run, page, format));
        return ([.. names.Select(Link)], Link(TrajectFiles.AllPagesName(Title, Number, run, format, csvFields)));

        string Link(string name) => Sign($"results/{run}/files/{name}", format, csvFields);
    }

    /// <summary>A link to a file of the batch.</summary>
    public string Sign(string path, string format, string? csvFields = null)
    {
        KeyValuePair<string, string>[] parameters = csvFields is null ? [] : [new("csv_fields", csvFields)];
        return Root + Signer.Sign(Tenant, $"/{Batches}/{TrajectFiles.BatchId(Number)}/{path}", format, Expires, parameters);
    }
}

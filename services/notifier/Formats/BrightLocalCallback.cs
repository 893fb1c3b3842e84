using System.Net;
using System.Text;

namespace BatchPlatform.Notifier.Formats;

/// <summary>BrightLocal's callback: <c>batch-id</c>, <c>status</c> and <c>results</c>, which are null when they are too many.</summary>
public sealed class BrightLocalCallback : ICallbackFormat
{
    private readonly BoundedResults _results;
    private readonly Func<long, BatchState, string, string> _write;

    private BrightLocalCallback(BoundedResults results, string name, string contentType, Func<long, BatchState, string, string> write) =>
        (_results, Name, ContentType, _write) = (results, name, contentType, write);

    public string Name { get; }

    public string ContentType { get; }

    /// <summary>As a form, whose results are JSON.</summary>
    public static BrightLocalCallback Form(BoundedResults results) => new(
        results,
        "brightlocal-form",
        "application/x-www-form-urlencoded",
        (number, state, json) => $"batch-id={number}&status={state}&results={WebUtility.UrlEncode(json)}");

    /// <summary>As one JSON object, whose <c>batch-id</c> is a string unless <c>Dialects:BrightLocal:BatchIdFormat</c> says integer, as in the API.</summary>
    public static BrightLocalCallback Json(BoundedResults results, IConfiguration configuration)
    {
        var isInteger = "integer".Equals(configuration["Dialects:BrightLocal:BatchIdFormat"], StringComparison.OrdinalIgnoreCase);
        var quote = isInteger ? "" : "\"";
        return new BrightLocalCallback(
            results,
            "brightlocal-json",
            "application/json",
            (number, state, json) => $$"""{"batch-id":{{quote}}{{number}}{{quote}},"status":"{{state}}","results":{{json}}}""");
    }

    public async Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken)
    {
        BrightLocalResults? grouped = null;
        var written = await _results.ReadAsync(news, text => grouped = new BrightLocalResults(text, news.Batch.Number), cancellationToken);
        return Encoding.UTF8.GetBytes(_write(news.Batch.Number, news.State, written is null ? "null" : grouped!.Group(written)));
    }
}

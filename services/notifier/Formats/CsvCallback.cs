using System.Buffers;
using System.Globalization;
using System.Text;

namespace BatchPlatform.Notifier.Formats;

/// <summary>The results as a download has them, where they are wanted and fit; else a header and one row about the batch.</summary>
public sealed class CsvCallback(BoundedResults results) : ICallbackFormat
{
    private const string Header = "type,timestamp,id,number,name,state,run,total,completed,failed,results,download";

    public string Name => "csv";

    public string ContentType => "text/csv";

    public async Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken) =>
        await results.ReadAsync(news, ResultFormat.Csv, cancellationToken) ?? Summary(Envelope.Of(news));

    private static byte[] Summary(Envelope envelope)
    {
        var data = envelope.Data;
        string?[] row =
        [
            envelope.Type, envelope.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture), $"{data.Id:D}", $"{data.Number}", data.Name,
            data.State, $"{data.Run}", $"{data.Counts.Total}", $"{data.Counts.Completed}", $"{data.Counts.Failed}", data.Links.Results, data.Links.Download,
        ];
        var text = new ArrayBufferWriter<byte>();
        text.Write(Encoding.UTF8.GetBytes(Header + "\r\n"));
        foreach (var (place, cell) in row.Index())
        {
            text.Write(place == 0 ? [] : ","u8);
            text.WriteCell(Encoding.UTF8.GetBytes(cell ?? ""));
        }

        text.Write("\r\n"u8);
        return text.WrittenSpan.ToArray();
    }
}

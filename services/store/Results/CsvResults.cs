using System.Buffers;
using System.Globalization;
using System.Text;

namespace BatchPlatform.Store.Results;

/// <summary>Writes results as RFC 4180 with a header row; params and response are cells of JSON text.</summary>
public sealed class CsvResults(IBufferWriter<byte> output, bool positions) : IResultFormat
{
    /// <inheritdoc/>
    public void Begin()
    {
        output.Write("index,custom_id,namespace,action,params,state,status_code,response,error_code,error_message,attempts,duration_ms,completed_at"u8);
        output.Write(positions ? ",position\r\n"u8 : "\r\n"u8);
    }

    /// <inheritdoc/>
    public void Write(ResultRow row)
    {
        Number(row.Index);
        Next(row.CustomId);
        Next(row.Namespace);
        Next(row.Action);
        Next(row.Params);
        Next(Encoding.UTF8.GetBytes(row.State.ToString()));
        Next(row.StatusCode);
        // JSON that begins so is a number.
        Next(row.Response, isNumber: row.Response.StartsWith("-"u8));
        Next(row.ErrorCode);
        Next(row.ErrorMessage);
        Next(row.Attempts);
        Next(row.DurationMs);
        Next(Encoding.UTF8.GetBytes(row.CompletedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)));
        if (positions)
        {
            Next(Encoding.UTF8.GetBytes(row.Position.ToString()));
        }

        output.Write("\r\n"u8);
    }

    /// <inheritdoc/>
    public void End()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Next(int? value)
    {
        output.Write(","u8);
        if (value is not null)
        {
            Number(value.Value);
        }
    }

    private void Number(int value)
    {
        const int MaxDigits = 11;
        value.TryFormat(output.GetSpan(MaxDigits), out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Next(ReadOnlySpan<byte> cell, bool isNumber = false)
    {
        output.Write(","u8);
        output.WriteCell(cell, isNumber);
    }
}

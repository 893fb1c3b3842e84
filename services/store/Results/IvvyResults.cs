using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchPlatform.Store.Results;

/// <summary>Writes results as iVvy has them, in a download and in a callback alike: <c>{asyncId, results[{namespace, action, request, response}]}</c>.</summary>
/// <param name="output">Where to.</param>
/// <param name="batchId">The batch, whose id without dashes is the <c>asyncId</c>.</param>
public sealed class IvvyResults(IBufferWriter<byte> output, Guid batchId) : IResultFormat
{
    private const int NoAnswer = 500;

    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <inheritdoc/>
    public void Begin()
    {
        _json.WriteStartObject();
        _json.WriteString("asyncId", batchId.ToString("N"));
        _json.WriteStartArray("results");
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Write(ResultRow row)
    {
        _json.WriteStartObject();
        _json.WriteString("namespace", row.Namespace);
        _json.WriteString("action", row.Action);
        _json.WritePropertyName("request");
        _json.WriteRawValue(row.Params, skipInputValidation: true);
        _json.WritePropertyName("response");
        WriteResponse(row);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <inheritdoc/>
    public void End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    // A failed job shows what the upstream said, or an error in the vendor's form when it said nothing.
    private void WriteResponse(ResultRow row)
    {
        if (row.Response is { } response)
        {
            _json.WriteRawValue(response, skipInputValidation: true);
        }
        else if (row.ErrorCode is { } code)
        {
            _json.WriteStartObject();
            _json.WriteNumber("errorCode", row.StatusCode ?? NoAnswer);
            _json.WriteString("message", row.ErrorMessage is { Length: > 0 } message ? message : code);
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteNullValue();
        }
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Results;

/// <summary>Writes the <c>result</c> shape: as one array, or as lines of their own.</summary>
public sealed class JsonResults(IBufferWriter<byte> output, bool lines, bool positions) : IResultFormat
{
    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    private bool _begun;

    /// <inheritdoc/>
    public void Begin() => output.Write(lines ? [] : "["u8);

    /// <inheritdoc/>
    public void End() => output.Write(lines ? [] : "]\n"u8);

    /// <inheritdoc/>
    public void Write(ResultRow row)
    {
        output.Write(lines || !_begun ? [] : ",\n"u8);
        _begun = true;
        WriteObject(row);
        _json.Flush();
        _json.Reset();
        output.Write(lines ? "\n"u8 : []);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void WriteObject(ResultRow row)
    {
        _json.WriteStartObject();
        _json.WriteNumber(Names.Index, row.Index);
        WriteText(Names.CustomId, row.CustomId);
        WriteText(Names.Namespace, row.Namespace);
        WriteText(Names.Action, row.Action);
        WriteRaw(Names.Params, row.Params);
        _json.WriteString(Names.State, row.State == JobState.Completed ? Names.Completed : Names.Failed);
        WriteNumber(Names.StatusCode, row.StatusCode);
        WriteRaw(Names.Response, row.Response);
        WriteError(row);
        _json.WriteNumber(Names.Attempts, row.Attempts);
        _json.WriteNumber(Names.DurationMs, row.DurationMs);
        _json.WriteString(Names.CompletedAt, row.CompletedAt);
        if (positions)
        {
            _json.WriteString(Names.Position, row.Position.ToString());
        }

        _json.WriteEndObject();
    }

    private void WriteError(ResultRow row)
    {
        if (row.ErrorCode is not { } code)
        {
            _json.WriteNull(Names.Error);
            return;
        }

        _json.WriteStartObject(Names.Error);
        WriteText(Names.Code, code);
        WriteText(Names.Message, row.ErrorMessage);
        _json.WriteEndObject();
    }

    // As it was stored, and checked when it came in; only that between its tokens there may be line breaks, which would
    // cut a line in two.
    private void WriteRaw(JsonEncodedText name, byte[]? value)
    {
        if (value is null)
        {
            _json.WriteNull(name);
            return;
        }

        if (lines)
        {
            value.AsSpan().Replace((byte)'\n', (byte)' ');
            value.AsSpan().Replace((byte)'\r', (byte)' ');
        }

        _json.WritePropertyName(name);
        _json.WriteRawValue(value, skipInputValidation: true);
    }

    private void WriteText(JsonEncodedText name, byte[]? value)
    {
        if (value is null)
        {
            _json.WriteNull(name);
        }
        else
        {
            _json.WriteString(name, value);
        }
    }

    private void WriteNumber(JsonEncodedText name, int? value)
    {
        if (value is null)
        {
            _json.WriteNull(name);
        }
        else
        {
            _json.WriteNumber(name, value.Value);
        }
    }

    // Encoded once, not for each result.
    private static class Names
    {
        public static readonly JsonEncodedText Index = JsonEncodedText.Encode("index");
        public static readonly JsonEncodedText CustomId = JsonEncodedText.Encode("custom_id");
        public static readonly JsonEncodedText Namespace = JsonEncodedText.Encode("namespace");
        public static readonly JsonEncodedText Action = JsonEncodedText.Encode("action");
        public static readonly JsonEncodedText Params = JsonEncodedText.Encode("params");
        public static readonly JsonEncodedText State = JsonEncodedText.Encode("state");
        public static readonly JsonEncodedText Completed = JsonEncodedText.Encode(nameof(JobState.Completed));
        public static readonly JsonEncodedText Failed = JsonEncodedText.Encode(nameof(JobState.Failed));
        public static readonly JsonEncodedText StatusCode = JsonEncodedText.Encode("status_code");
        public static readonly JsonEncodedText Response = JsonEncodedText.Encode("response");
        public static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");
        public static readonly JsonEncodedText Code = JsonEncodedText.Encode("code");
        public static readonly JsonEncodedText Message = JsonEncodedText.Encode("message");
        public static readonly JsonEncodedText Attempts = JsonEncodedText.Encode("attempts");
        public static readonly JsonEncodedText DurationMs = JsonEncodedText.Encode("duration_ms");
        public static readonly JsonEncodedText CompletedAt = JsonEncodedText.Encode("completed_at");
        public static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    }
}

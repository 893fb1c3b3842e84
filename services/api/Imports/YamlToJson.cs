using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BatchPlatform.Api.Imports;

/// <summary>
/// Writes YAML 1.2 (core schema) as JSON, event by event: no text can make it nest deeper or grow larger than it may, however
/// its aliases refer to each other.
/// </summary>
internal sealed partial class YamlToJson : IDisposable
{
    // Aliases may repeat what stands elsewhere; a document of ordinary size never comes near.
    private const int MaxGrowth = 8;
    private const int Headroom = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Utf8JsonWriter _writer;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _anchors = [];
    private readonly Stack<Level> _levels = [];
    private readonly int _maxDepth;
    private readonly long _maxBytes;

    private YamlToJson(int bytes, int maxDepth)
    {
        (_maxDepth, _maxBytes) = (maxDepth, ((long)bytes * MaxGrowth) + Headroom);
        _writer = new Utf8JsonWriter(_json, new JsonWriterOptions { MaxDepth = maxDepth + 1 });
    }

    /// <exception cref="YamlException">It is no YAML.</exception>
    /// <exception cref="DocumentException">It nests too deep, or grows too large.</exception>
    public static ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> text, int maxDepth)
    {
        using var reader = new StringReader(Encoding.UTF8.GetString(text.Span));
        var parser = new Parser(reader);
        using var conversion = new YamlToJson(text.Length, maxDepth);
        while (parser.MoveNext() && parser.Current is not DocumentEnd)
        {
            conversion.Write(parser.Current!);
        }

        conversion._writer.Flush();
        return conversion._json.WrittenMemory;
    }

    public void Dispose() => _writer.Dispose();

    private void Write(ParsingEvent next)
    {
        switch (next)
        {
            case MappingStart mapping:
                Open(mapping.Anchor, isMapping: true);
                break;
            case SequenceStart sequence:
                Open(sequence.Anchor, isMapping: false);
                break;
            case MappingEnd or SequenceEnd:
                Close();
                break;
            case Scalar scalar when IsKey:
                _writer.WritePropertyName(scalar.Value);
                _levels.Peek().HasKey = true;
                break;
            case Scalar scalar:
                WriteValue(scalar);
                break;
            case AnchorAlias alias:
                WriteAlias(alias.Value.Value);
                break;
            default:
                break;
        }
    }

    private bool IsKey => _levels.TryPeek(out var level) && level is { IsMapping: true, HasKey: false };

    private void Open(AnchorName anchor, bool isMapping)
    {
        if (IsKey || _levels.Count >= _maxDepth)
        {
            throw new DocumentException(IsKey ? "has a key that is no text" : "nests too deep");
        }

        _levels.Push(new Level(isMapping, anchor.IsEmpty ? null : anchor.Value, anchor.IsEmpty ? 0 : Written()));
        if (isMapping)
        {
            _writer.WriteStartObject();
        }
        else
        {
            _writer.WriteStartArray();
        }
    }

    private void Close()
    {
        var level = _levels.Pop();
        if (level.IsMapping)
        {
            _writer.WriteEndObject();
        }
        else
        {
            _writer.WriteEndArray();
        }

        Keep(level.Anchor, level.Start);
        ValueWritten();
    }

    private void WriteValue(Scalar scalar)
    {
        var start = scalar.Anchor.IsEmpty ? 0 : Written();
        if (scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty)
        {
            WritePlain(scalar.Value);
        }
        else
        {
            _writer.WriteStringValue(scalar.Value);
        }

        Keep(scalar.Anchor.IsEmpty ? null : scalar.Anchor.Value, start);
        ValueWritten();
    }

    private void WritePlain(string text)
    {
        if (text is "" or "~" or "null" or "Null" or "NULL")
        {
            _writer.WriteNullValue();
        }
        else if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            _writer.WriteBooleanValue(text[0] is 't' or 'T');
        }
        else if (text.Length < 100 && JsonNumber().IsMatch(text))
        {
            _writer.WriteRawValue(text);
        }
        else if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            _writer.WriteNumberValue(hex);
        }
        else
        {
            _writer.WriteStringValue(text);
        }
    }

    private void WriteAlias(string anchor)
    {
        if (IsKey || !_anchors.TryGetValue(anchor, out var json))
        {
            throw new DocumentException("has an alias of nothing");
        }

        _writer.WriteRawValue(json.Span, skipInputValidation: true);
        ValueWritten();
    }

    private void ValueWritten()
    {
        if (_levels.TryPeek(out var level))
        {
            level.HasKey = false;
        }

        if (_writer.BytesCommitted + _writer.BytesPending > _maxBytes)
        {
            throw new DocumentException("grows too large by its aliases");
        }
    }

    private int Written()
    {
        _writer.Flush();
        return _json.WrittenCount;
    }

    private void Keep(string? anchor, int start)
    {
        if (anchor is not null)
        {
            var end = Written();
            // In an array the comma before a value counts to it.
            _anchors[anchor] = _json.WrittenSpan[start..end].TrimStart(","u8).ToArray();
        }
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex JsonNumber();

    private sealed class Level(bool isMapping, string? anchor, int start)
    {
        public bool IsMapping => isMapping;

        public string? Anchor => anchor;

        public int Start => start;

        public bool HasKey { get; set; }
    }
}

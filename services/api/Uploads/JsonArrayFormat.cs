using System.Buffers;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Uploads;

/// <summary>One JSON array of objects. "Line" is the position in it, from 1. A syntax error ends the reading, since nothing after it can be trusted.</summary>
internal sealed class JsonArrayFormat<T> : RecordFormat<T>
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],"u8);
    private static readonly SearchValues<byte> InString = SearchValues.Create("\"\\"u8);

    private Place _place = Place.BeforeArray;
    private int _depth;
    private int _position;
    private bool _isLast;

    private enum Place
    {
        BeforeArray,
        Element,
        String,
        Escape,
        AfterArray,
    }

    public override int FindEnd(ReadOnlySpan<byte> fresh)
    {
        var at = 0;
        while (at < fresh.Length)
        {
            var rest = fresh[at..];
            switch (_place)
            {
                case Place.BeforeArray:
                    return FindOpening(rest);
                case Place.Escape:
                    _place = Place.String;
                    at++;
                    break;
                case Place.String:
                    at += SkipString(rest);
                    break;
                case Place.AfterArray:
                    return RefuseMore(rest);
                default:
                    at += SkipStructure(rest, out var ended);
                    if (ended)
                    {
                        return at;
                    }

                    break;
            }
        }

        return -1;
    }

    public override void Read(ReadOnlyMemory<byte> record, IRecordReader<T> reader, List<T> into)
    {
        var element = record[..^1];
        var isBlank = IsBlank(element.Span);
        if (_position < 0 || (isBlank && _isLast && _position == 0))
        {
            // The opening bracket, or an array without elements.
            _position = 0;
            return;
        }

        _position++;
        if (isBlank || !reader.ReadJson(element, _position, into))
        {
            throw Malformed("is no JSON");
        }
    }

    public override void Oversized(IRecordReader<T> reader) => reader.Oversized(++_position);

    public override void Finish(ReadOnlyMemory<byte> rest, IRecordReader<T> reader, List<T> into)
    {
        if (_place != Place.AfterArray)
        {
            _position++;
            throw Malformed("ends in the middle of the array");
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t\r\n"u8).IsEmpty;

    private int FindOpening(ReadOnlySpan<byte> rest)
    {
        var start = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            return -1;
        }

        if (rest[start] != '[')
        {
            throw new ProblemException(Problems.InvalidJson("The body must be a JSON array; as application/x-ndjson, send one object a line."));
        }

        _place = Place.Element;
        _position = -1;
        return start + 1;
    }

    private int SkipString(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny(InString);
        if (end < 0)
        {
            return rest.Length;
        }

        _place = rest[end] == '"' ? Place.Element : Place.Escape;
        return end + 1;
    }

    private int SkipStructure(ReadOnlySpan<byte> rest, out bool ended)
    {
        ended = false;
        var next = rest.IndexOfAny(Structure);
        if (next < 0)
        {
            return rest.Length;
        }

        switch (rest[next])
        {
            case (byte)'"':
                _place = Place.String;
                break;
            case (byte)'{' or (byte)'[':
                _depth++;
                break;
            case (byte)',':
                ended = _depth == 0;
                break;
            default:
                ended = _depth-- == 0;
                break;
        }

        _isLast = ended && rest[next] != ',';
        if (_isLast)
        {
            _place = rest[next] == ']' ? Place.AfterArray : throw Malformed("is no JSON");
        }

        return next + 1;
    }

    private int RefuseMore(ReadOnlySpan<byte> rest) => IsBlank(rest) ? -1 : throw Malformed("is followed by more than the array");

    private ProblemException Malformed(string message)
    {
        var position = Math.Max(_position, 1);
        return new ProblemException(Problems.InvalidJson($"Element {position} {message}.") with
        {
            Errors = [new ProblemError(position, null, ErrorCodes.InvalidJson, message)],
        });
    }
}

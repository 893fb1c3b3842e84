using System.Text.Json;
using System.Text.Unicode;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Uploads;

/// <summary>Reads one job from the bytes of a JSON object, without a copy of its params.</summary>
internal static class JsonJob
{
    // A character takes at most six bytes: \uXXXX. Each byte makes at most one character.
    private const int MaxNameBytes = Limits.NameLength * 6;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = ApiJson.MaxDepth };

    /// <summary>Adds the record's job to <paramref name="jobs"/>, or its fault to the rules' errors.</summary>
    /// <returns>False when the record is no JSON at all.</returns>
    public static bool Read(ReadOnlyMemory<byte> record, int line, JobRules rules, List<StagedJob> jobs)
    {
        if (!Utf8.IsValid(record.Span))
        {
            rules.Errors.Add(line, null, ErrorCodes.InvalidJson, "is not UTF-8");
            return false;
        }

        try
        {
            ReadObject(record, line, rules, jobs);
            return true;
        }
        catch (JsonException error)
        {
            rules.Errors.Add(line, null, ErrorCodes.InvalidJson, $"is no JSON: byte {error.BytePositionInLine + 1}");
            return false;
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escaped half of a surrogate pair.
            rules.Errors.Add(line, null, ErrorCodes.InvalidJson, "has text that is not Unicode");
            return false;
        }
    }

    private static void ReadObject(ReadOnlyMemory<byte> record, int line, JobRules rules, List<StagedJob> jobs)
    {
        var reader = new Utf8JsonReader(record.Span, Strict);
        Span<char> ns = stackalloc char[MaxNameBytes];
        Span<char> action = stackalloc char[MaxNameBytes];
        scoped var job = default(JobMembers);
        Fault? fault = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fault = new Fault(null, "must be a JSON object");
            reader.Skip();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Fault? found;
            if (reader.ValueTextEquals("params"u8))
            {
                (job.Params, found) = ReadParams(ref reader, record, again: job.Params is not null);
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                found = ReadName(ref reader, "namespace", ns, again: !job.Namespace.IsEmpty, out var length);
                job.Namespace = ns[..length];
            }
            else if (reader.ValueTextEquals("action"u8))
            {
                found = ReadName(ref reader, "action", action, again: !job.Action.IsEmpty, out var length);
                job.Action = action[..length];
            }
            else if (reader.ValueTextEquals("custom_id"u8))
            {
                (job.CustomId, found) = ReadCustomId(ref reader, again: job.CustomId is not null);
            }
            else if (reader.ValueTextEquals("deadline_seconds"u8))
            {
                (job.DeadlineSeconds, found) = ReadDeadline(ref reader, again: job.DeadlineSeconds is not null);
            }
            else
            {
                found = new Fault(reader.GetString(), "is no member of a job");
                reader.Skip();
            }

            fault ??= found;
        }

        // Finds what follows the object, if anything does.
        reader.Read();
        if (fault is null)
        {
            rules.Add(line, job, jobs);
        }
        else
        {
            rules.Errors.Add(line, fault.Field, ErrorCodes.InvalidField, fault.Message);
        }
    }

    private static (ReadOnlyMemory<byte>?, Fault?) ReadParams(ref Utf8JsonReader reader, ReadOnlyMemory<byte> record, bool again)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        var bytes = record[start..(int)reader.BytesConsumed];
        return (bytes, again ? Fault.Twice("params") : isObject ? null : new Fault("params", "must be a JSON object"));
    }

    private static Fault? ReadName(ref Utf8JsonReader reader, string field, scoped Span<char> into, bool again, out int length)
    {
        length = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return new Fault(field, "must be a string");
        }

        if (reader.ValueSpan.Length > into.Length)
        {
            return new Fault(field, $"must have at most {Limits.NameLength} characters");
        }

        length = reader.CopyString(into);
        return again ? Fault.Twice(field) : null;
    }

    private static (string?, Fault?) ReadCustomId(ref Utf8JsonReader reader, bool again)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return (null, null);
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return (null, new Fault("custom_id", "must be a string"));
        }

        return (reader.GetString(), again ? Fault.Twice("custom_id") : null);
    }

    private static (int?, Fault?) ReadDeadline(ref Utf8JsonReader reader, bool again)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return (null, null);
        }

        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var seconds))
        {
            reader.Skip();
            return (null, new Fault("deadline_seconds", "must be a whole number"));
        }

        return (seconds, again ? Fault.Twice("deadline_seconds") : null);
    }

    private sealed record Fault(string? Field, string Message)
    {
        public static Fault Twice(string field) => new(field, "is given twice");
    }
}

namespace BatchPlatform.Api.Uploads;

/// <summary>Takes a CSV record apart (RFC 4180): fields between commas, quoted where they hold commas, quotes or line ends.</summary>
internal static class CsvFields
{
    /// <summary>The record's fields; null when its quotes are not in order.</summary>
    public static List<string>? Split(ReadOnlySpan<char> record)
    {
        var fields = new List<string>();
        while (true)
        {
            var isQuoted = record is ['"', ..];
            var length = isQuoted ? QuotedLength(record) : record.IndexOf(',') is var comma and >= 0 ? comma : record.Length;
            if (length < 0 || (!isQuoted && record[..length].Contains('"')))
            {
                return null;
            }

            var field = record[..length];
            fields.Add(isQuoted ? field[1..^1].ToString().Replace("\"\"", "\"") : field.ToString());
            record = record[length..];
            if (record.IsEmpty)
            {
                return fields;
            }

            if (record[0] != ',')
            {
                return null;
            }

            record = record[1..];
        }
    }

    // Both quotes included; -1 when the second is missing.
    private static int QuotedLength(ReadOnlySpan<char> record)
    {
        for (var at = 1; at < record.Length; at++)
        {
            if (record[at] != '"')
            {
                continue;
            }

            if (at + 1 == record.Length || record[at + 1] != '"')
            {
                return at + 1;
            }

            at++;
        }

        return -1;
    }
}

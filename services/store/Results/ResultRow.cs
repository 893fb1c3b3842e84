using System.Data.Common;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Store.Results;

/// <summary>
/// The outcome that a reader stands on, beside its job. Text is handed on as the UTF-8 that the database sent: a download
/// of a million outcomes makes no strings of them.
/// </summary>
public sealed class ResultRow(DbDataReader reader)
{
    /// <summary>The columns, in the order that this type reads them.</summary>
    public const string Columns = """
        o."index", o.run, o.seq, o.state, o.status_code, o.response, o.error_code, o.error_message, o.attempts, o.duration_ms,
        o.completed_at, j.custom_id, j.namespace, j.action, j.params
        """;

    public int Index => reader.GetInt32(0);

    public ResultPosition Position => new(reader.GetInt32(1), reader.GetInt32(2));

    public JobState State => (JobState)reader.GetInt16(3);

    /// <summary>Null when there was no answer.</summary>
    public int? StatusCode => reader.GetInt32(4) is var status && status == 0 ? null : status;

    /// <summary>Raw JSON.</summary>
    public byte[]? Response => TextOrNull(5);

    /// <summary>Null when completed, like the message.</summary>
    public byte[]? ErrorCode => State == JobState.Failed ? TextOrNull(6) : null;

    public byte[]? ErrorMessage => State == JobState.Failed ? TextOrNull(7) : null;

    public int Attempts => reader.GetInt32(8);

    public int DurationMs => reader.GetInt32(9);

    public DateTime CompletedAt => DateTime.SpecifyKind(reader.GetDateTime(10), DateTimeKind.Utc);

    public byte[]? CustomId => TextOrNull(11);

    public byte[] Namespace => Text(12);

    public byte[] Action => Text(13);

    /// <summary>Raw JSON.</summary>
    public byte[] Params => Text(14);

    private byte[] Text(int column) => reader.Utf8(column);

    private byte[]? TextOrNull(int column) => reader.IsDBNull(column) ? null : Text(column);
}

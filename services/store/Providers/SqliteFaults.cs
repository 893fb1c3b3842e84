using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Store;

/// <summary>
/// Tells the operator in one line, and once a minute, what is wrong with the file that is in use: no room, damage, a disk that
/// fails. Whoever met it only knows that a statement did not work.
/// </summary>
internal sealed partial class SqliteFaults(TimeProvider time, ILogger<SqliteFaults> logger) : DbCommandInterceptor, IDbTransactionInterceptor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<int, long> _told = [];

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Tell(eventData.Exception, command.Connection);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Exception, command.Connection);
        return Task.CompletedTask;
    }

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Tell(eventData.Exception, transaction.Connection);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Exception, transaction.Connection);
        return Task.CompletedTask;
    }

    private void Tell(Exception error, DbConnection? connection)
    {
        if (error is SqliteException fault && SqliteFile.IsUnusable(fault) && IsNews(fault.SqliteErrorCode))
        {
            Log.Unusable(logger, SqliteFile.Explain(fault, connection?.DataSource ?? "").Message);
        }
    }

    private bool IsNews(int code)
    {
        var now = time.GetTimestamp();
        return _told.AddOrUpdate(code, now, (_, last) => time.GetElapsedTime(last, now) < Pause ? last : now) == now;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, Message = "{Fault}")]
        public static partial void Unusable(ILogger logger, string fault);
    }
}

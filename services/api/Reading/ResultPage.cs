using System.Data;
using System.Data.Common;
using BatchPlatform.Store;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Reading;

/// <summary>One query of a download, under way.</summary>
internal sealed class ResultPage : IAsyncDisposable
{
    private readonly StoreDb _db;
    private readonly ResultStretch _stretch;
    private readonly DbCommand _command;
    private readonly DbDataReader _reader;

    private ResultPage(StoreDb db, ResultStretch stretch, DbCommand command, DbDataReader reader)
    {
        (_db, _stretch, _command, _reader) = (db, stretch, command, reader);
        Row = new ResultRow(reader);
        IsSure = reader.HasRows && ResultQuery.SeesOneMoment(db);
    }

    /// <summary>The index or arrival number that it begins with.</summary>
    public int From => _stretch.From;

    /// <summary>The first that is not in it.</summary>
    public int End => _stretch.End;

    /// <summary>The result that was read last.</summary>
    public ResultRow Row { get; }

    /// <summary>Whether what it has is sure to be all that there is: a page without results may be one whose results have been removed.</summary>
    public bool IsSure { get; }

    /// <summary>Begins the query; the caller disposes the page.</summary>
    public static async Task<ResultPage> OpenAsync(BatchStore store, ResultQuery query, ResultStretch stretch, CancellationToken cancellationToken)
    {
        var db = store.Read();
        DbCommand? command = null;
        try
        {
            command = await query.CommandAsync(db, stretch, cancellationToken);
            return new ResultPage(db, stretch, command, await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken));
        }
        catch
        {
            await (command?.DisposeAsync() ?? ValueTask.CompletedTask);
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes on to the next result; false after the last.</summary>
    public Task<bool> ReadAsync(CancellationToken cancellationToken) => _reader.ReadAsync(cancellationToken);

    /// <summary>Ends it before its end: what is left would be sent by the database for nothing. Tells where the next page begins.</summary>
    public int Cut()
    {
        _command.Cancel();
        return (_stretch.Order == ResultOrder.Index ? Row.Index : Row.Position.Seq) + 1;
    }

    /// <summary>Whether batch and run still exist with their results. On this page's connection, so that a download never waits for one while it holds another.</summary>
    public async Task<bool> IsThereAsync(long batch, int run, CancellationToken cancellationToken)
    {
        await _reader.DisposeAsync();
        return await _db.Runs.AnyAsync(
            each => each.Batch == batch && each.Number == run && each.ExpiredAt == null && _db.Batches.Any(row => row.Number == batch && row.DeletedAt == null),
            cancellationToken);
    }

    /// <summary>Gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _command.DisposeAsync();
        await _db.DisposeAsync();
    }
}

using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <content>Statements that EF has no words for, and that each provider says in its own way.</content>
public abstract partial class StoreDb
{
    /// <summary>A column of truth values as a condition, for SQL of our own.</summary>
    public virtual string Is(string column) => column;

    /// <summary>Its opposite.</summary>
    public virtual string IsNot(string column) => $"NOT {column}";

    /// <summary>
    /// SQL that gives batch, run and namespace of open lanes: of each tenant and upstream the first ones, those of the highest priority
    /// and then of the oldest batches.
    /// </summary>
    /// <param name="called">A condition on an upstream, of the column that it is given.</param>
    /// <param name="most">How many of each, at most.</param>
    public virtual string FirstOpenLanes(Func<string, string> called, int most) =>
        $"""
        SELECT batch, run, namespace FROM (
            SELECT batch, run, namespace, ROW_NUMBER() OVER (PARTITION BY tenant, namespace ORDER BY priority DESC, batch) AS place
            FROM lanes WHERE {Is("active")} AND {Is("open")} AND {called("lanes.namespace")}) AS ranked
        WHERE place <= {most}
        """;

    /// <summary>SQL that joins a table of which only few rows are wanted: each is looked up by its key.</summary>
    /// <param name="join">JOIN or LEFT JOIN.</param>
    /// <param name="table">The table.</param>
    /// <param name="key">The condition on its key.</param>
    public virtual string LookUp(string join, string table, string key) => $"{join} {table} ON {key}";

    /// <summary>How rows of a table are read from statements of our own.</summary>
    public EntityRows<T> RowsOf<T>()
        where T : class =>
        Model.FindEntityType(typeof(T))!.GetOrAddRuntimeAnnotationValue(
            nameof(RowsOf), static db => new EntityRows<T>(db!.Model.FindEntityType(typeof(T))!, db.GetService<ISqlGenerationHelper>()), this);

    /// <summary>An UPDATE that locks its rows until the commit and reads them as they are then, in one statement.</summary>
    /// <param name="update">UPDATE and SET.</param>
    /// <param name="where">The condition, without WHERE.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The rows after the update, not tracked.</returns>
    public Task<List<T>> UpdateReturningAsync<T>(FormattableString update, FormattableString where, CancellationToken cancellationToken)
        where T : class
    {
        var rows = RowsOf<T>();
        return RawStatement.RowsAsync(this, Returning(update, where, of => Interpolated.Text(rows.Columns(of))), [], reader => rows.Read(reader), cancellationToken);
    }

    /// <summary>One batch, tracked; locked until the commit, where that spares conflicting writers a retry.</summary>
    public async Task<Batch?> LockBatchAsync(Guid id, CancellationToken cancellationToken)
    {
        var rows = RowsOf<Batch>();
        var found = await RawStatement.RowsAsync(this, Locked(Interpolated.Text(rows.Columns()), id), [], reader => rows.Read(reader), cancellationToken);
        AttachRange(found);
        return found.SingleOrDefault();
    }

    /// <summary>Inserts a row that is not tracked, unless its key is taken: then nothing is changed, and the transaction goes on.</summary>
    /// <returns>Whether it was inserted.</returns>
    public virtual async Task<bool> InsertIfAbsentAsync<T>(T row, CancellationToken cancellationToken)
        where T : class =>
        await RowInsert.Of(this, row).ExecuteAsync(insert => $"{insert.Into} VALUES ({insert.Values}) ON CONFLICT DO NOTHING", cancellationToken) == 1;

    /// <summary>Runs an UPDATE of one row, which locks it; where there is none, inserts it first.</summary>
    /// <returns>The row after the update, not tracked.</returns>
    public async Task<T> UpdateOrInsertAsync<T>(FormattableString update, FormattableString where, Func<T> missing, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var rows = await UpdateReturningAsync<T>(update, where, cancellationToken);
            if (rows.Count == 1)
            {
                return rows[0];
            }

            await InsertIfAbsentAsync(missing(), cancellationToken);
        }
    }

    /// <summary>The statement of <see cref="UpdateReturningAsync"/>.</summary>
    /// <param name="update">UPDATE and SET.</param>
    /// <param name="where">The condition, without WHERE.</param>
    /// <param name="columns">The columns that are read, after what their names begin with.</param>
    protected virtual FormattableString Returning(FormattableString update, FormattableString where, Func<string, FormattableString> columns) =>
        $"{update} WHERE {where} RETURNING {columns("")}";

    /// <summary>The statement of <see cref="LockBatchAsync"/>.</summary>
    /// <param name="columns">The columns that are read.</param>
    /// <param name="id">The batch.</param>
    protected abstract FormattableString Locked(FormattableString columns, Guid id);
}

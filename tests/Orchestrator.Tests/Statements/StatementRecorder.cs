using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BatchPlatform.Orchestrator.Tests.Statements;

/// <summary>
/// Shows what EF Core would send to a server that is not here: connections seem to open, and the first statement is kept and
/// never sent. <c>options.AddInterceptors(recorder)</c>
/// </summary>
internal sealed class StatementRecorder : DbCommandInterceptor, IDbConnectionInterceptor
{
    private string? _statement;

    /// <summary>The first statement that an action would send.</summary>
    public async Task<string> RecordAsync(Func<Task> action)
    {
        _statement = null;
        try
        {
            await action();
        }
        catch (Exception error) when (error.GetBaseException() is NotSent)
        {
            // As it should be.
        }

        return _statement ?? throw new InvalidOperationException("No statement was to be sent.");
    }

    /// <inheritdoc/>
    public ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(InterceptionResult.Suppress());

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        throw Kept(command);

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        throw Kept(command);

    private NotSent Kept(DbCommand command)
    {
        _statement ??= command.CommandText;
        return new NotSent();
    }

    private sealed class NotSent : Exception;
}

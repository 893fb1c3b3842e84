using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BatchPlatform.Api.Tests;

/// <summary>Counts what the database is asked.</summary>
public sealed class CountedQueries : DbCommandInterceptor
{
    private int _ofKeys;

    /// <summary>How often keys were looked up to compare a credential with.</summary>
    public int OfKeys => _ofKeys;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.Contains("FROM \"keys\"", StringComparison.Ordinal) && command.CommandText.Contains("salt", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _ofKeys);
        }

        return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
    }
}

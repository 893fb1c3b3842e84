using System.Data.Common;
using BatchPlatform.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Store.Bulk;

/// <summary>What the fast paths share.</summary>
internal static class BulkTransaction
{
    /// <summary>The context's connection, in a transaction.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Require"/>.</exception>
    public static DbConnection ConnectionOf(StoreDb db)
    {
        Require(db);
        return db.Database.GetDbConnection();
    }

    /// <summary>Makes sure that the context is in a transaction.</summary>
    /// <exception cref="InvalidOperationException">No transaction is open, so a failure half way would leave rows behind.</exception>
    public static void Require(StoreDb db)
    {
        if (db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Bulk inserts belong in a work unit: there is no transaction.");
        }
    }

    /// <summary>The state that an outcome gives its job.</summary>
    public static JobState State(this PackedOutcome outcome) => outcome.Completed ? JobState.Completed : JobState.Failed;
}

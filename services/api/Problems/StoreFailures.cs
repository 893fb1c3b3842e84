using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api;

/// <summary>Tells what the database did not do from other failures.</summary>
internal static class StoreFailures
{
    /// <summary>The database is away, is too busy, or refused.</summary>
    public static bool IsOfStore(this Exception error) => error switch
    {
        DbException or DbUpdateException or TimeoutException => true,
        // How EF Core tells of one that might pass.
        InvalidOperationException { InnerException: DbException } => true,
        _ => false,
    };
}

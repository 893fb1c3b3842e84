using System.Data.Common;
using BatchPlatform.Defaults;
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

    /// <summary>The database cannot be asked for the moment, or has no room: the same request may work later.</summary>
    /// <param name="error">What came of a request.</param>
    /// <param name="passes">Tells it of the provider's errors, where the driver does not say so itself.</param>
    public static bool PassesInStore(this Exception error, PassingError? passes) => error switch
    {
        DbException cause => passes?.Invoke(cause) ?? cause.IsTransient,
        DbUpdateException or InvalidOperationException => error.InnerException is DbException cause && cause.PassesInStore(passes),
        _ => false,
    };
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>
/// Tries again what the server did not do for a passing reason, as long as that is a statement by itself. Within a
/// transaction it must not be: the transaction is gone, and is tried again as a whole by the message's or the clock's next try.
/// </summary>
internal sealed class SqlServerRetries(ExecutionStrategyDependencies dependencies) : SqlServerRetryingExecutionStrategy(dependencies)
{
    /// <inheritdoc/>
    public override bool RetriesOnFailure => Dependencies.CurrentContext.Context.Database.CurrentTransaction is null && base.RetriesOnFailure;
}

using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchPlatform.Store;

/// <summary>
/// Tries again what the server did not do for a passing reason, as long as that is a statement by itself. Within a
/// transaction it must not be: the transaction is gone, and is tried again as a whole by the message's or the clock's next try.
/// </summary>
internal sealed class SqlServerRetries(ExecutionStrategyDependencies dependencies) : SqlServerRetryingExecutionStrategy(dependencies, Tries)
{
    // Some seven seconds in all: a client waits for it.
    private const int Tries = 3;

    /// <inheritdoc/>
    public override bool RetriesOnFailure => Dependencies.CurrentContext.Context.Database.CurrentTransaction is null && base.RetriesOnFailure;

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">The reason is a passing one. The driver's own exception does not say so.</exception>
    public override async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.ExecuteAsync(state, operation, verifySucceeded, cancellationToken);
        }
        catch (Exception error) when (error is RetryLimitExceededException || (error is SqlException && ShouldRetryOn(error)))
        {
            throw new TimeoutException("The database did not do it for a reason that passes.", error);
        }
    }
}

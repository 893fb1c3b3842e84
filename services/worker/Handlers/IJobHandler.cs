namespace BatchPlatform.Worker.Handlers;

/// <summary>
/// Does one action's jobs inside the worker, in place of an HTTP call. Registered by
/// <see cref="JobHandlerSetup.AddJobHandler{T}"/>; its upstream's definition has the base address <c>inprocess:</c>.
/// </summary>
public interface IJobHandler
{
    /// <summary>
    /// Does one job. The same job may come again, after a crash even when it had been done, always with the same
    /// <see cref="JobCall.IdempotencyKey"/>; and many jobs come at once, each with a handler of its own.
    /// </summary>
    /// <param name="call">The job.</param>
    /// <param name="cancellationToken">Ends when the upstream's timeout has passed or the worker gives the job back. A handler that does not heed it holds its slice up.</param>
    /// <returns>The job's response, written as JSON with camel-case names; null for none.</returns>
    /// <exception cref="JobFailedException">The job fails with this code and message, which its owner will read.</exception>
    /// <exception cref="RetryJobException">The job is tried again, as its retry policy says. Only for what did not take effect.</exception>
    /// <exception cref="Exception">Any other fails the job with HANDLER_FAILED; its message goes to the log and nowhere else.</exception>
    Task<object?> HandleAsync(JobCall call, CancellationToken cancellationToken);
}

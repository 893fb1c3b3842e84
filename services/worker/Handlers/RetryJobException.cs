namespace BatchPlatform.Worker.Handlers;

/// <summary>
/// A handler's way to ask for another attempt: something was not there that may be there later, and the job has taken no effect.
/// When the action's attempts have run out, the job fails with HANDLER_FAILED.
/// </summary>
/// <param name="message">What the job's owner should know when it was the last attempt; part of the outcome, so no secrets.</param>
public sealed class RetryJobException(string message) : Exception(message);

using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Handlers;

/// <summary>A handler's way to fail a job for good.</summary>
public sealed class JobFailedException : Exception
{
    private const int LongestCode = 64;

    /// <param name="message">What the job's owner should know; part of the job's outcome, so no secrets.</param>
    /// <param name="code">A stable word for programs, 1 to 64 capital letters, digits and underscores; HANDLER_FAILED by default.</param>
    /// <exception cref="ArgumentException">The code is no such word.</exception>
    public JobFailedException(string message, string code = ErrorCodes.HandlerFailed)
        : base(message)
    {
        if (code.Length is 0 or > LongestCode || !code.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_'))
        {
            throw new ArgumentException("A code has 1 to 64 capital letters, digits and underscores.", nameof(code));
        }

        Code = code;
    }

    /// <summary>The outcome's error code.</summary>
    public string Code { get; }
}

using System.Net;
using System.Net.Sockets;
using BatchPlatform.Client;

namespace BatchPlatform.Terminal;

/// <summary>Why a command did not do what it was to do.</summary>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="Code">The platform's error code, or one of BAD_INPUT, NOT_REACHED, INTERRUPTED.</param>
/// <param name="Message">For a person; may have several lines.</param>
/// <param name="Status">The HTTP status of a refusal.</param>
/// <param name="Errors">The single faults of a refusal.</param>
public sealed record Failure(int ExitCode, string Code, string Message, int? Status = null, IReadOnlyList<ProblemError>? Errors = null)
{
    /// <summary>Null for what nobody expects: that is a fault of the program.</summary>
    public static Failure? Of(Exception error) => error switch
    {
        BadInputException => new Failure(ExitCodes.BadInput, "BAD_INPUT", error.Message),
        BatchPlatformException refusal => Of(refusal),
        _ when IsOfTheNetwork(error) => new Failure(ExitCodes.NotReached, "NOT_REACHED", error.Message),
        IOException or UnauthorizedAccessException => new Failure(ExitCodes.BadInput, "BAD_INPUT", error.Message),
        OperationCanceledException => new Failure(ExitCodes.Interrupted, "INTERRUPTED", "Interrupted."),
        _ => null,
    };

    /// <summary>The platform was not reached, or no longer.</summary>
    public static bool IsOfTheNetwork(Exception error) => error is HttpRequestException or HttpIOException or IOException { InnerException: SocketException };

    /// <summary>Everything that is known, for a person: each fault on a line.</summary>
    public string Text => string.Join(Environment.NewLine, [.. (Errors ?? []).Select(Line), Message]);

    private static Failure Of(BatchPlatformException refusal)
    {
        var isRefused = refusal.Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests;
        return new Failure(
            isRefused ? ExitCodes.BadInput : ExitCodes.NotReached,
            refusal.Code.Length > 0 ? refusal.Code : $"HTTP_{(int)refusal.Status}",
            refusal.Status == HttpStatusCode.Unauthorized ? $"{refusal.Message} Sign in: bp login" : refusal.Message,
            (int)refusal.Status,
            refusal.Errors.Count > 0 ? refusal.Errors : null);
    }

    private static string Line(ProblemError error) => error.Line is { } line
        ? string.Join(' ', new[] { $"line {line}:", error.Code, error.Field, error.Message }.OfType<string>())
        : $"{error.Field}: {error.Code} {error.Message}";
}

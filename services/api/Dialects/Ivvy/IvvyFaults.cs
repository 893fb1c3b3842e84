using System.Globalization;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>iVvy's own refusals. Their codes are its <c>specificCode</c>s.</summary>
internal static class IvvyFaults
{
    public const int Stale = 23005;
    public const int DoesNotValidate = 23016;
    public const int RequiredMissing = 23017;
    public const int NotSaved = 24091;
    public const int IncorrectJob = 24092;
    public const int EmptyJob = 24093;
    public const int ProgressOfUnknown = 24105;
    public const int NotCompleted = 24114;
    public const int ResultsOfUnknown = 24115;
    public const int TooManyJobs = 24448;

    /// <summary>A refusal with a specific code.</summary>
    /// <param name="code">One of the above.</param>
    /// <param name="message">The vendor's text.</param>
    /// <param name="details">Become <c>additionalMessages</c>.</param>
    public static ProblemException Of(int code, string message, params string[] details) => new(Problem(StatusCodes.Status400BadRequest, code, message, details));

    public static ProblemException Missing(string name) => Of(RequiredMissing, $"'{name}' is required");

    public static ProblemException Invalid(string name, params string[] details) => Of(DoesNotValidate, $"'{name}' does not validate", details);

    public static ProblemException Unauthorized(int code, string message) => new(Problem(StatusCodes.Status401Unauthorized, code, message));

    private static Problem Problem(int status, int code, string message, params string[] details) => new(
        status, code.ToString(CultureInfo.InvariantCulture), message, [.. details.Select(detail => new ProblemError(null, null, "", detail))]);
}

using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>Every error this API answers with; the envelope is iVvy's.</summary>
/// <param name="ErrorCode">The HTTP status again.</param>
/// <param name="Message">What is wrong, for a person.</param>
/// <param name="SpecificCode">What is wrong, for a program.</param>
public sealed record ApiError(int ErrorCode, string Message, int SpecificCode)
{
    /// <summary>A value of the wrong type or out of range.</summary>
    public const int DoesNotValidate = 23016;

    /// <summary>A required value is missing.</summary>
    public const int RequiredMissing = 23017;

    /// <summary>The event does not exist.</summary>
    public const int EventNotFound = 24210;

    /// <summary>No place has this name.</summary>
    public const int PlaceNotFound = 40400;

    /// <summary>No such business.</summary>
    public const int BusinessNotFound = 40401;

    /// <summary>More calls in this second than are served.</summary>
    public const int TooManyCalls = 42900;

    /// <summary>A failure made to order.</summary>
    public const int MadeToFail = 50000;

    /// <summary>More calls at once than are served.</summary>
    public const int TooBusy = 50300;

    internal static BadRequest<ApiError> Missing(string name) =>
        TypedResults.BadRequest(new ApiError(StatusCodes.Status400BadRequest, $"'{name}' is required", RequiredMissing));

    internal static BadRequest<ApiError> Bad(string message, int code = DoesNotValidate) =>
        TypedResults.BadRequest(new ApiError(StatusCodes.Status400BadRequest, message, code));
}

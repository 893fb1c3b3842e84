using System.Text.Json;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>A failure as one line of JSON.</summary>
internal static class FailureJson
{
    public static string Of(Failure failure) => JsonSerializer.Serialize(
        new { failure.Code, failure.Message, failure.Status, failure.Errors, failure.ExitCode }, ClientJson.Options);
}

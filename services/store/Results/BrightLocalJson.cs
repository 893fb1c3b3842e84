using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Results;

/// <summary>
/// Writes one job as BrightLocal has it, in its results and in its callback alike. The type of a job, by which results are
/// grouped, is its <c>custom_id</c>.
/// </summary>
public static class BrightLocalJson
{
    /// <summary>Writes <c>{results, payload, status, job-id}</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="jobId">See <see cref="JobIds"/>.</param>
    /// <param name="state">The job's state; results are shown only of a completed one.</param>
    /// <param name="payload">The job's params, raw JSON.</param>
    /// <param name="response">The upstream's answer, raw JSON; null when there was none.</param>
    public static void WriteJob(Utf8JsonWriter json, long jobId, JobState state, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> response)
    {
        json.WriteStartObject();
        json.WritePropertyName("results");
        WriteResults(json, state == JobState.Completed ? response.Trim(" \t\r\n"u8) : []);
        json.WritePropertyName("payload");
        json.WriteRawValue(payload, skipInputValidation: true);
        json.WriteString("status", state.ToString());
        json.WriteNumber("job-id", jobId);
        json.WriteEndObject();
    }

    // Always an array: the upstream's own, or one with its answer.
    private static void WriteResults(Utf8JsonWriter json, ReadOnlySpan<byte> response)
    {
        if (response is [(byte)'[', ..])
        {
            json.WriteRawValue(response, skipInputValidation: true);
            return;
        }

        json.WriteStartArray();
        if (!response.IsEmpty)
        {
            json.WriteRawValue(response, skipInputValidation: true);
        }

        json.WriteEndArray();
    }
}

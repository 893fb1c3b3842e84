using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Reading;

/// <summary>A result as documented; the streams write it without making one, see <see cref="JsonResults"/>.</summary>
/// <param name="Index">The job's place in the batch, from 0.</param>
/// <param name="CustomId">The client's own name for the job.</param>
/// <param name="Namespace">The upstream.</param>
/// <param name="Action">The upstream's action.</param>
/// <param name="Params">As they were added.</param>
/// <param name="State">Completed or Failed.</param>
/// <param name="StatusCode">The upstream's status; null when there was no answer.</param>
/// <param name="Response">The upstream's answer; null when there was none.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Attempts">Calls made, the last included.</param>
/// <param name="DurationMs">How long the last call took.</param>
/// <param name="CompletedAt">When the outcome came to be.</param>
/// <param name="Position">In order of arrival only: where to resume.</param>
public sealed record ResultShape(
    int Index,
    string? CustomId,
    string Namespace,
    string Action,
    JsonElement Params,
    JobState State,
    int? StatusCode,
    JsonElement? Response,
    JobError? Error,
    int Attempts,
    int DurationMs,
    DateTime CompletedAt,
    string? Position = null);

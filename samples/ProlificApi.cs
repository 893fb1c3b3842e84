using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchPlatform.Samples;

/// <summary>What a participant made of a task.</summary>
public sealed record TaskAnswer(
    [property: JsonPropertyName("participant_id")] string ParticipantId,
    [property: JsonPropertyName("submission_id")] string SubmissionId,
    TaskResponse Response);

/// <summary>The answer to the task's one instruction.</summary>
public sealed record TaskResponse([property: JsonPropertyName("instruction_id")] string InstructionId, string Type, AnswerValue[] Answer);

/// <summary>A part of an answer.</summary>
public sealed record AnswerValue(string Value);

/// <summary>Does the tasks of Prolific's task builder. The participants are invented, but the same task always gets the same answer.</summary>
internal static class ProlificApi
{
    private static readonly string[] Opinions = ["Agree", "Disagree", "Cannot say"];

    public static void MapProlificApi(this IEndpointRouteBuilder routes) => routes.MapPost("/prolific/task", AnswerAsync);

    private static async Task<Results<Ok<TaskAnswer>, BadRequest<ApiError>>> AnswerAsync(HttpRequest request)
    {
        try
        {
            // Read here and not by parameter binding, whose refusal has no body.
            using var task = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return task.RootElement.ValueKind == JsonValueKind.Object && task.RootElement.TryGetProperty("task_name", out _)
                ? TypedResults.Ok(Answer(task.RootElement.GetRawText()))
                : ApiError.Missing("task_name");
        }
        catch (JsonException)
        {
            return ApiError.Bad("The body does not validate");
        }
    }

    private static TaskAnswer Answer(string task)
    {
        var drawn = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(task)));
        var opinion = Opinions[Convert.ToInt32(drawn[..2], 16) % Opinions.Length];
        return new TaskAnswer(drawn[..24], drawn[24..48], new TaskResponse(drawn[48..], "free_text", [new AnswerValue(opinion)]));
    }
}

using System.Text.Json;
using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>An action's success rule made ready.</summary>
internal sealed class SuccessCheck
{
    private readonly StatusRanges _statuses;
    private readonly JsonPointer? _member;
    private readonly JsonElement? _value;

    /// <exception cref="FormatException">The rule makes no sense.</exception>
    public SuccessCheck(SuccessRule rule)
    {
        _statuses = new StatusRanges(rule.Statuses);
        _member = rule.Member is { } member ? new JsonPointer(member) : null;
        _value = rule.Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value ? value : null;
    }

    public bool Accepts(int status) => _statuses.Contains(status);

    /// <summary>Why the answer is no success, as code and message; null when it is one.</summary>
    public (string Code, string Message)? FaultOf(int status, Answer answer)
    {
        if (!Accepts(status))
        {
            return status is 301 or 302 or 303 or 307 or 308
                ? (ErrorCodes.UpstreamRedirect, $"The upstream redirected the call (status {status}); a redirect is not followed.")
                : (ErrorCodes.UpstreamStatus, $"The upstream answered with status {status}.");
        }

        if (answer.Kind == AnswerKind.BrokenJson)
        {
            return (ErrorCodes.ResponseNotJson, "The response says that it is JSON and is not.");
        }

        return _member is null ? null : FaultOfMember(answer);
    }

    private (string Code, string Message)? FaultOfMember(Answer answer)
    {
        if (answer.Kind != AnswerKind.Json)
        {
            return (ErrorCodes.ResponseNotJson, "The action's success depends on a JSON response, and the response is none by its content type.");
        }

        using var json = JsonDocument.Parse(answer.Json);
        return _member!.Find(json.RootElement) is { } found && IsWanted(found)
            ? null
            : (ErrorCodes.SuccessRuleUnmet, "The response does not have the value that the action's success rule asks for.");
    }

    private bool IsWanted(JsonElement found) => _value is { } value
        ? JsonElement.DeepEquals(found, value)
        : found.ValueKind is not (JsonValueKind.Null or JsonValueKind.False);
}

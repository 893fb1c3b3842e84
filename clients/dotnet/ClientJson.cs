using System.Text.Json;
using System.Text.Json.Serialization;

namespace BatchPlatform.Client;

/// <summary>How the API's JSON is read and written: snake_case members; what an older client does not know is left out.</summary>
public static class ClientJson
{
    /// <summary>For reading and writing the models of this client as the API does.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new JsonStringEnumConverter<BatchPriority>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<BudgetSpent>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<ScheduleKind>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<OverlapPolicy>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<MissedPolicy>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<FireResult>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<BatchAction>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<JobAction>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<ActionTarget>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter(),
        },
    };
}

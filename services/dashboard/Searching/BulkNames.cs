using System.Text.Json;
using BatchPlatform.Client;

namespace BatchPlatform.Dashboard.Searching;

/// <summary>What bulk actions are called.</summary>
internal static class BulkNames
{
    /// <summary>As the API spells it, such as retry_failed.</summary>
    public static string Of(BatchAction action) => JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());

    /// <summary>As the API spells it.</summary>
    public static string Of(JobAction action) => JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());
}

using System.Text.Json;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Actions;

/// <summary>A bulk action as clients see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Target">batches or jobs.</param>
/// <param name="Action">What is done to each.</param>
/// <param name="Filter">Which of them.</param>
/// <param name="Force">Running batches are deleted too.</param>
/// <param name="MaxPerSecond">Items in a second, at most.</param>
/// <param name="State">Where it is.</param>
/// <param name="Matched">Items when it was asked for.</param>
/// <param name="LowerBound">There were more than <paramref name="Matched"/>.</param>
/// <param name="Done">Items that it was done to.</param>
/// <param name="Refused">Items that refused it, as they would have refused a single request.</param>
/// <param name="Refusals">Those by code, the most frequent first.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="EndedAt">When it was over, or cancelled.</param>
public sealed record ActionView(
    Guid Id,
    string Target,
    string Action,
    JsonElement Filter,
    bool Force,
    int MaxPerSecond,
    BulkActionState State,
    int Matched,
    bool LowerBound,
    int Done,
    int Refused,
    IReadOnlyList<RefusalCount> Refusals,
    DateTime CreatedAt,
    DateTime? EndedAt)
{
    /// <summary>The view of a row.</summary>
    public static ActionView Of(BulkAction row) => new(
        row.Id,
        row.Target,
        row.Action,
        JsonSerializer.Deserialize<JsonElement>(row.Filter),
        row.Force,
        row.MaxPerSecond,
        row.State,
        row.Matched,
        row.MatchedMore,
        row.Done,
        row.Refused,
        [.. ActionProgress.RefusalsOf(row).OrderByDescending(code => code.Value).Select(code => new RefusalCount(code.Key, code.Value))],
        row.CreatedAt,
        row.EndedAt);

    /// <summary>The address of an action on this host.</summary>
    public static string PathOf(Guid id) => $"/v1/actions/{id:D}";
}

/// <summary>How many items refused an action with a code.</summary>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Count">Items.</param>
public sealed record RefusalCount(string Code, int Count);

/// <summary>What an action would be done to.</summary>
/// <param name="Matched">Items.</param>
/// <param name="LowerBound">There are more than <paramref name="Matched"/>.</param>
public sealed record ActionPreview(int Matched, bool LowerBound);

using System.Text.Json;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Actions;

/// <summary>One thing that an action is done to.</summary>
/// <param name="At">Where the search goes on after it.</param>
/// <param name="Batch">The batch, or the job's batch.</param>
/// <param name="Index">The job, of jobs.</param>
/// <param name="Weight">How many it counts for: a retry is one command for all of its jobs.</param>
internal sealed record ActionItem(string At, Guid Batch, int Index = 0, int Weight = 1);

/// <summary>How far an action is, in its row.</summary>
internal static class ActionProgress
{
    public static IReadOnlyList<ActionItem> InHandOf(BulkAction row) => JsonSerializer.Deserialize<List<ActionItem>>(row.InHand)!;

    public static Dictionary<string, int> RefusalsOf(BulkAction row) => JsonSerializer.Deserialize<Dictionary<string, int>>(row.Refusals)!;

    /// <summary>These are next; the search has passed them.</summary>
    public static void Take(this BulkAction row, IReadOnlyList<ActionItem> items)
    {
        row.Cursor = items[^1].At;
        row.InHand = JsonSerializer.Serialize(items);
    }

    /// <summary>Those in hand are over, each done or refused with a code.</summary>
    public static void Count(this BulkAction row, IReadOnlyList<(ActionItem Item, string? Code)> results)
    {
        var refusals = RefusalsOf(row);
        foreach (var (item, code) in results)
        {
            if (code is null)
            {
                row.Done += item.Weight;
            }
            else
            {
                row.Refused += item.Weight;
                refusals[code] = refusals.GetValueOrDefault(code) + item.Weight;
            }
        }

        row.Refusals = JsonSerializer.Serialize(refusals);
        row.InHand = "[]";
    }
}

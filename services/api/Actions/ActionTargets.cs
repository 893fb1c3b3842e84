using System.Text.Json;
using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Actions;

/// <summary>Finds what the row of an action is about.</summary>
public sealed class ActionTargets(BatchStore store, BatchCommands commands, Operations operations)
{
    /// <summary>The words for targets in rows and answers.</summary>
    public const string Batches = "batches";

    /// <inheritdoc cref="Batches"/>
    public const string Jobs = "jobs";

    internal IActionItems Of(BulkAction row) => row.Target == Batches ? BatchesOf(row) : JobsOf(row);

    /// <summary>The word for an action.</summary>
    internal static string NameOf<T>(T verb)
        where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(verb.ToString());

    private BatchItems BatchesOf(BulkAction row)
    {
        var choice = Read<BatchChoice>(row.Filter);
        var filter = new BatchFilter
        {
            Tenant = choice.Tenant == Tenancy.AllTenants ? null : choice.Tenant,
            State = choice.State,
            Name = choice.Name,
            CreatedAfter = choice.CreatedAfter?.UtcDateTime,
            CreatedBefore = choice.CreatedBefore?.UtcDateTime,
            ErrorCode = choice.ErrorCode,
            Scheduled = choice.Scheduled,
            Until = row.CreatedAt,
        };
        return new BatchItems(store, commands, row, VerbOf<BatchVerb>(row), filter);
    }

    private IActionItems JobsOf(BulkAction row)
    {
        var choice = Read<JobChoice>(row.Filter);
        var batch = Guid.Parse(choice.Batch!);
        return VerbOf<JobVerb>(row) == JobVerb.Cancel
            ? new OpenJobs(store, operations, row, batch, choice)
            : new RetryItems(store, commands, row, batch, new RetryFilter(choice.ErrorCode, choice.Namespace, choice.Action));
    }

    private static T VerbOf<T>(BulkAction row)
        where T : struct, Enum =>
        Enum.GetValues<T>().Single(verb => NameOf(verb) == row.Action);

    private static T Read<T>(string filter) => JsonSerializer.Deserialize<T>(filter, ApiJson.Options)!;
}

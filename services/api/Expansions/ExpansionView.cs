using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Datasets;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Expansions;

/// <summary>An expansion as clients see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="BatchId">The batch that gets the jobs.</param>
/// <param name="Dataset">The dataset whose rows were there when it was asked for.</param>
/// <param name="State">How far it is.</param>
/// <param name="Rows">Rows to make jobs of.</param>
/// <param name="Staged">Rows made into jobs so far; the batch gets all of them at once.</param>
/// <param name="Commit">The batch is committed once it has the jobs.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="EndedAt">When it was complete, or failed.</param>
/// <param name="Links">Where else to look.</param>
public sealed record ExpansionView(
    Guid Id,
    Guid BatchId,
    Guid Dataset,
    ExpansionState State,
    int Rows,
    int Staged,
    bool Commit,
    ExpansionError? Error,
    DateTime CreatedAt,
    DateTime? EndedAt,
    ExpansionLinks Links)
{
    /// <summary>The view of a row.</summary>
    public static ExpansionView Of(Expansion row, PublicOptions at) => new(
        row.Id,
        row.BatchId,
        row.Dataset,
        row.State,
        row.Rows,
        row.State == ExpansionState.Completed ? row.Rows : row.Staged,
        row.Commit,
        row.Code is null ? null : new ExpansionError(row.Code, row.Detail!, DatasetView.ErrorsOf(row.Errors)),
        row.CreatedAt,
        row.EndedAt,
        ExpansionLinks.Of(row, at));
}

/// <summary>Why an expansion failed.</summary>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Detail">What a person should know.</param>
/// <param name="Errors">The first hundred of the rows that make no job; the line is the row's number, from 1.</param>
public sealed record ExpansionError(string Code, string Detail, IReadOnlyList<ProblemError> Errors);

/// <summary>Where else to look; absolute when <c>Public:BaseUrl</c> is configured, else paths on this host.</summary>
public sealed record ExpansionLinks(string Self, string Batch, string Dataset)
{
    /// <summary>The links of one expansion.</summary>
    public static ExpansionLinks Of(Expansion row, PublicOptions at)
    {
        var batch = BatchLinks.Of(row.BatchId, at).Self;
        return new ExpansionLinks($"{batch}/expansions/{row.Id:D}", batch, DatasetLinks.Of(row.Dataset, at).Self);
    }

    /// <summary>The address of an expansion on this host.</summary>
    public static string PathOf(Guid batchId, Guid id) => $"/v1/batches/{batchId:D}/expansions/{id:D}";
}

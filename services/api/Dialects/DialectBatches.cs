using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Dialects;

/// <summary>
/// Makes and finds the batches of a dialect. One dialect does not see another's batches, nor native ones, since what it shows
/// of a batch is only there when it made the batch; natively all of them are there.
/// </summary>
public sealed class DialectBatches(BatchStore store, NumberSource numbers, UpstreamDirectory upstreams, Submissions submissions, TimeProvider time)
{
    /// <summary>The requesting tenant's batch of that number; null when it is unknown, deleted, another tenant's or another dialect's.</summary>
    public async Task<Batch?> FindAsync(HttpContext context, IDialect dialect, long number)
    {
        await using var db = store.Read();
        return await Of(db, context, dialect).FirstOrDefaultAsync(batch => batch.Number == number, context.RequestAborted);
    }

    /// <inheritdoc cref="FindAsync(HttpContext, IDialect, long)"/>
    public async Task<Batch?> FindAsync(HttpContext context, IDialect dialect, Guid id)
    {
        await using var db = store.Read();
        return await Of(db, context, dialect).FirstOrDefaultAsync(batch => batch.CorrelationId == id, context.RequestAborted);
    }

    /// <summary>A batch that is to be made for the requesting tenant, with its ids drawn.</summary>
    /// <exception cref="ProblemException">422: some jobs cannot be taken. 503 UNAVAILABLE.</exception>
    public async Task<Submission> DraftAsync(HttpContext context, IDialect dialect, IReadOnlyList<NewJob>? jobs = null)
    {
        try
        {
            var number = await numbers.NextAsync(context.RequestAborted);
            var rules = new JobRules(await upstreams.CurrentAsync(context.RequestAborted), firstIndex: 0, defaultNamespace: null, defaultAction: null);
            return new Submission(Guid.CreateVersion7(time.GetUtcNow()), number, Guid.NewGuid(), context.Actor())
            {
                Dialect = dialect.Name,
                Jobs = jobs is null ? [] : NewJob.Check(jobs, rules),
                Rules = rules,
            };
        }
        catch (Exception error) when (error.IsOfStore())
        {
            throw new ProblemException(Problems.NotStored());
        }
    }

    /// <summary>Makes the batch.</summary>
    /// <exception cref="ProblemException">It was refused. 503 UNAVAILABLE: nothing was stored. 504 OUTCOME_UNKNOWN: perhaps it is there.</exception>
    public async Task CreateAsync(Submission submission, CancellationToken cancellationToken)
    {
        var reply = await submissions.RunAsync(submission, _ => Task.CompletedTask, cancellationToken);
        if (!reply.Accepted)
        {
            throw new ProblemException(reply.AsProblem());
        }
    }

    /// <summary>All of the requesting tenant's batches.</summary>
    internal static IQueryable<Batch> Of(StoreDb db, HttpContext context, IDialect dialect)
    {
        var (tenant, name) = (context.Tenant(), dialect.Name);
        return db.Batches.Where(batch => batch.Tenant == tenant && batch.Dialect == name && batch.DeletedAt == null);
    }
}

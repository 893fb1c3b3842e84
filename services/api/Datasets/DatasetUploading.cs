using BatchPlatform.Api.Uploads;
using BatchPlatform.Store;
using BatchPlatform.Store.Bulk;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Datasets;

/// <summary>Stores a body of any length as a dataset's content: all rows or none.</summary>
public sealed class DatasetUploading(BatchStore store, DatasetContents contents, TimeProvider time)
{
    /// <summary>Reads the body. What is wrong with its rows is also noted in the dataset, which keeps what it held.</summary>
    /// <exception cref="ProblemException">409, 415, or 422 with the bad rows.</exception>
    public async Task RunAsync(HttpContext context, Guid dataset)
    {
        var format = UploadFormats.Of<StagedRow>(context.Request.ContentType)();
        await RunAsync(dataset, context.Request.Body, format, context.RequestAborted);
    }

    /// <inheritdoc cref="RunAsync(HttpContext, Guid)"/>
    /// <param name="dataset">The dataset.</param>
    /// <param name="body">The rows.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="cancellationToken">Ends the upload as if it had never begun.</param>
    /// <param name="document">What a dialect keeps with the dataset from now on.</param>
    internal async Task RunAsync(Guid dataset, Stream body, RecordFormat<StagedRow> format, CancellationToken cancellationToken, string? document = null)
    {
        var content = await contents.OpenAsync(dataset, cancellationToken, document);
        var rules = new RowRules();
        try
        {
            using var reader = new UploadReader<StagedRow>(body, format, rules, fingerprint: null);
            await Pipe(content).RunAsync(reader, rules.Errors, cancellationToken);
            if (rules.Fault() is { } fault)
            {
                throw new ProblemException(fault);
            }

            await contents.PublishAsync(content, rules.Count);
        }
        catch (ProblemException refusal)
        {
            await contents.RefuseAsync(content, rules.Errors.Count, refusal.Problem);
            throw;
        }
        catch
        {
            await contents.WithdrawAsync(content);
            throw;
        }
    }

    private StagingPipe<StagedRow> Pipe(DatasetContent content) => new(
        (rows, cancellationToken) => contents.StageAsync(content, rows, cancellationToken),
        cancellationToken => contents.RenewAsync(content, cancellationToken),
        contents.RenewEvery,
        store.BulkWriters,
        time);
}

using System.Globalization;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.BrightLocal;

/// <summary>Finds the batch that a request names by its number.</summary>
public sealed class BrightLocalBatches(DialectBatches batches, BrightLocalDialect dialect)
{
    /// <summary>The batch of <c>batch-id</c>, a number or its text.</summary>
    /// <exception cref="ProblemException">404 INVALID_BATCH_ID: it is missing, no number, or there is no such batch.</exception>
    public async Task<Batch> FindAsync(HttpContext context)
    {
        var text = (await BrightLocalDialect.ParametersAsync(context)).Text("batch-id");
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && await batches.FindAsync(context, dialect, number) is { } batch
            ? batch
            : throw BrightLocalRefusal.UnknownBatch();
    }
}

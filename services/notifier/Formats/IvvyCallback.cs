using System.Text;

namespace BatchPlatform.Notifier.Formats;

/// <summary>iVvy's callback: the results as its <c>results</c> action gives them; null in their place when they are too many.</summary>
public sealed class IvvyCallback(BoundedResults results) : ICallbackFormat
{
    public string Name => "ivvy";

    public string ContentType => "application/json";

    public async Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken) =>
        await results.ReadAsync(news, text => new IvvyResults(text, news.Batch.CorrelationId), cancellationToken)
        ?? Encoding.UTF8.GetBytes($$"""{"asyncId":"{{news.Batch.CorrelationId:N}}","results":null}""");
}

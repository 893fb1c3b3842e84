namespace BatchPlatform.Notifier.Formats;

/// <summary>The object of <see cref="JsonCallback"/> on the first line; results, where they are wanted and fit, one on each line after it.</summary>
public sealed class NdjsonCallback(BoundedResults results) : ICallbackFormat
{
    public string Name => "ndjson";

    public string ContentType => "application/x-ndjson";

    public async Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken) =>
        [.. Envelope.Of(news).ToJson(), (byte)'\n', .. await results.ReadAsync(news, ResultFormat.Ndjson, cancellationToken) ?? []];
}

namespace BatchPlatform.Notifier.Formats;

/// <summary>One object; results, where they are wanted and fit, are its <c>data.results</c>.</summary>
public sealed class JsonCallback(BoundedResults results) : ICallbackFormat
{
    public string Name => "json";

    public string ContentType => "application/json";

    public async Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken) =>
        Envelope.Of(news, await results.ReadAsync(news, ResultFormat.Json, cancellationToken)).ToJson();
}

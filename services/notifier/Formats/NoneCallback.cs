namespace BatchPlatform.Notifier.Formats;

/// <summary>No body: the headers say which batch it is, and a receiver asks for the rest.</summary>
public sealed class NoneCallback : ICallbackFormat
{
    public string Name => "none";

    public string? ContentType => null;

    public Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken) => Task.FromResult<byte[]>([]);
}

namespace BatchPlatform.Notifier.Formats;

/// <summary>Makes the bodies of callbacks of one format. A dialect adds one file with its own here, and one line in <see cref="NotifierSetup"/>.</summary>
public interface ICallbackFormat
{
    /// <summary>The callback's <c>format</c> for which this one is used.</summary>
    string Name { get; }

    /// <summary>The body's media type; null when there is no body.</summary>
    string? ContentType { get; }

    /// <summary>Makes the body, once for each delivery: every attempt sends the same.</summary>
    Task<byte[]> BodyAsync(BatchNews news, CancellationToken cancellationToken);
}

/// <summary>The formats by name.</summary>
public sealed class CallbackFormats(IEnumerable<ICallbackFormat> formats)
{
    private readonly Dictionary<string, ICallbackFormat> _formats = formats.ToDictionary(format => format.Name);

    /// <summary>The format of that name.</summary>
    /// <exception cref="InvalidOperationException">This version has none; its deliveries are owed once it has.</exception>
    public ICallbackFormat Of(string name) =>
        _formats.GetValueOrDefault(name) ?? throw new InvalidOperationException($"There is no callback format '{name}'.");
}

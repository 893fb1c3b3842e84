namespace BatchPlatform.Api.Admission;

/// <summary>Marks a route whose requests last as long as their clients like: uploads, downloads, events. They hold no place among the short ones.</summary>
public sealed class LongRequest
{
    private LongRequest()
    {
    }

    public static LongRequest Mark { get; } = new();
}

namespace BatchPlatform.Api.Uploads;

/// <summary>The bad lines of an upload: all are counted, the first hundred are told.</summary>
public sealed class UploadErrors
{
    private const int MaxTold = 100;
    private readonly List<ProblemError> _told = [];

    public int Count { get; private set; }

    public IReadOnlyList<ProblemError> Told => _told;

    /// <summary>Adds a fault of a line, counted from 1.</summary>
    public void Add(int line, string? field, string code, string message)
    {
        Count++;
        if (_told.Count < MaxTold)
        {
            _told.Add(new ProblemError(line, field, code, message));
        }
    }
}

namespace BatchPlatform.Testing;

/// <summary>The last lines of a process, bounded so that a talkative one does not fill the tests' memory.</summary>
internal sealed class ProcessOutput
{
    private const int Kept = 200_000;
    private const int TailLength = 60;
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (line is null)
        {
            return; // the stream's end
        }

        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }

    public string Tail() => Last(TailLength);

    public override string ToString() => Last(Kept);

    private string Last(int count)
    {
        lock (_lock)
        {
            return string.Join('\n', _lines.TakeLast(count));
        }
    }
}

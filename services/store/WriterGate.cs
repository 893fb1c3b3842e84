namespace BatchPlatform.Store;

/// <summary>
/// Lets write transactions in: one at a time on SQLite, which has one writer for a whole file and whose driver would
/// poll for it; any number on a server that locks rows.
/// </summary>
public sealed class WriterGate(bool oneWriter) : IDisposable
{
    private readonly SemaphoreSlim? _turns = oneWriter ? new SemaphoreSlim(1, 1) : null;

    /// <summary>Whether each transaction waits for the one before it.</summary>
    public bool HasOneWriter => oneWriter;

    /// <summary>Waits for a turn; it ends when the answer is disposed.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (_turns is null)
        {
            return NoTurn.Instance;
        }

        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    /// <inheritdoc/>
    public void Dispose() => _turns?.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        private SemaphoreSlim? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Release();
    }

    private sealed class NoTurn : IDisposable
    {
        public static readonly NoTurn Instance = new();

        public void Dispose()
        {
        }
    }
}

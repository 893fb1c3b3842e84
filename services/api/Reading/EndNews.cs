using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Api.Reading;

/// <summary>Requests that wait for a batch to end, and are told when it has.</summary>
internal sealed class EndNews
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Waiting>> _waiting = [];

    /// <summary>Waits for news of the batch until it is disposed of. To be had before the batch is looked at, so that no news falls in between.</summary>
    public Waiting Of(Guid batch)
    {
        var waiting = new Waiting(this, batch);
        lock (_lock)
        {
            if (!_waiting.TryGetValue(batch, out var others))
            {
                _waiting[batch] = others = [];
            }

            others.Add(waiting);
        }

        return waiting;
    }

    /// <summary>Tells those who wait for one of the batches.</summary>
    public void Tell(IReadOnlyList<Guid> batches)
    {
        lock (_lock)
        {
            foreach (var waiting in batches.SelectMany(batch => _waiting.GetValueOrDefault(batch) ?? []))
            {
                waiting.Hear();
            }
        }
    }

    private void Forget(Waiting waiting)
    {
        lock (_lock)
        {
            var others = _waiting[waiting.Batch];
            others.Remove(waiting);
            if (others.Count == 0)
            {
                _waiting.Remove(waiting.Batch);
            }
        }
    }

    /// <summary>One request's.</summary>
    internal sealed class Waiting(EndNews news, Guid batch) : IDisposable
    {
        private volatile TaskCompletionSource _heard = Unheard();

        public Guid Batch => batch;

        /// <summary>Returns when there is news, also such that came before, or after so long.</summary>
        public async Task PauseAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
        {
            var heard = _heard;
            await heard.Task.WaitAsync(atMost, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (heard.Task.IsCompleted)
            {
                // It may run again: what comes next is other news.
                Interlocked.CompareExchange(ref _heard, Unheard(), heard);
            }
        }

        public void Dispose() => news.Forget(this);

        internal void Hear() => _heard.TrySetResult();

        private static TaskCompletionSource Unheard() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Hears of batches that have ended.</summary>
internal sealed class BatchesEndedConsumer(EndNews news) : IConsumer<BatchesEnded>
{
    public Task Consume(ConsumeContext<BatchesEnded> context)
    {
        news.Tell(context.Message.BatchIds);
        return Task.CompletedTask;
    }
}

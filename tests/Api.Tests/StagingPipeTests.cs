using System.Globalization;
using System.Text;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

/// <summary>How the chunks of an upload are stored while others are read.</summary>
public sealed class StagingPipeTests
{
    private readonly Lock _lock = new();
    private readonly List<int> _stored = [];
    private readonly TaskCompletionSource _bothBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task Two_chunks_are_stored_at_once_and_each_record_once()
    {
        const int Records = 5 * UploadChunk.MaxRecords;
        var running = RunAsync(Records, async (numbers, chunk) =>
        {
            if (chunk <= 2)
            {
                await _mayEnd.Task;
            }

            Store(numbers);
        });
        await Eventually.True(() => _begun == 2);
        _mayEnd.SetResult();

        await running;

        Assert.Equal(Enumerable.Range(0, Records), _stored.Order());
    }

    [Fact]
    public async Task A_chunk_that_cannot_be_stored_fails_the_upload_once_the_other_has_ended()
    {
        var running = RunAsync(5 * UploadChunk.MaxRecords, async (_, chunk) =>
        {
            if (chunk == 1)
            {
                await _bothBegun.Task;
                throw new InvalidOperationException("not this one");
            }

            _bothBegun.TrySetResult();
            await _mayEnd.Task;
            Store([chunk]);
        });
        await _bothBegun.Task;
        Assert.False(running.IsCompleted);
        _mayEnd.SetResult();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => running);

        Assert.Equal("not this one", error.Message);
        Assert.Contains(2, _stored);
    }

    // The call's place among all comes with the chunk's numbers.
    private async Task RunAsync(int records, Func<IReadOnlyList<int>, int, Task> stage)
    {
        var numbers = new Numbers();
        var body = string.Concat(Enumerable.Range(0, records).Select(number => string.Create(CultureInfo.InvariantCulture, $"{number}\n")));
        using var reader = new UploadReader<int>(new MemoryStream(Encoding.UTF8.GetBytes(body)), new NdjsonFormat<int>(), numbers, fingerprint: null);
        var pipe = new StagingPipe<int>(
            (chunk, _) => stage([.. chunk], Interlocked.Increment(ref _begun)), _ => Task.CompletedTask, TimeSpan.FromHours(1), writers: 2, TimeProvider.System);
        await pipe.RunAsync(reader, numbers.Errors, CancellationToken.None);
    }

    private void Store(IEnumerable<int> numbers)
    {
        lock (_lock)
        {
            _stored.AddRange(numbers);
        }
    }

    // A number a line.
    private sealed class Numbers : IRecordReader<int>
    {
        public UploadErrors Errors { get; } = new();

        public bool ReadJson(ReadOnlyMemory<byte> record, int line, List<int> into)
        {
            into.Add(int.Parse(record.Span, CultureInfo.InvariantCulture));
            return true;
        }

        public void ReadHeader(List<string> names) => throw new NotSupportedException();

        public void ReadFields(List<string> fields, int line, List<int> into) => throw new NotSupportedException();

        public void Oversized(int line) => throw new NotSupportedException();
    }
}

using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Admission;

/// <summary>
/// A body that is read whole. While it is waited for its request has no turn, so that nobody is kept out by clients who send
/// slowly or not at all; it takes memory as it comes, whatever length was announced; and it must come in time.
/// </summary>
internal sealed class ArrivingBody : IDisposable
{
    private const int FirstBuffer = 4096;

    private readonly HttpContext _context;
    private readonly AdmittedRequest _admitted;
    private readonly OverloadOptions _options;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _end;
    private byte[] _buffer = [];
    private int _length;

    public ArrivingBody(HttpContext context)
    {
        _context = context;
        _admitted = context.Features.GetRequiredFeature<AdmittedRequest>();
        _options = context.RequestServices.GetRequiredService<IOptions<OverloadOptions>>().Value;
        _time = context.RequestServices.GetRequiredService<TimeProvider>();
        _began = _time.GetTimestamp();
        _late = new CancellationTokenSource(Left(), _time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, context.RequestAborted);
    }

    /// <summary>Reads it to its end.</summary>
    /// <param name="limit">Its bytes, at most.</param>
    /// <exception cref="ProblemException">408: it came too slowly. 413: it is too long. 503 OVERLOADED: no memory, or no turn for it.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(int limit)
    {
        do
        {
            MakeRoom(limit);
        }
        while (await ReadPartAsync(limit));

        await _admitted.EnterAsync(_context.RequestAborted);
        return _buffer.AsMemory(0, _length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Dispose();
        _late.Dispose();
    }

    private async ValueTask<bool> ReadPartAsync(int limit)
    {
        var reading = RequestBody.ReadPartAsync(_context.Request.Body, _buffer.AsMemory(_length), _end.Token);
        if (!reading.IsCompleted)
        {
            _admitted.Leave();
            _late.CancelAfter(Left());
        }

        try
        {
            var read = await reading;
            _length += read;
            return _length > limit ? throw RequestBody.TooLarge(limit) : read > 0;
        }
        catch (OperationCanceledException) when (_late.IsCancellationRequested && !_context.RequestAborted.IsCancellationRequested)
        {
            throw new ProblemException(Problems.BodyTooSlow());
        }
    }

    // One byte more than there may be, so that the end of the longest is seen.
    private void MakeRoom(int limit)
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var room = Math.Min(limit + 1, Math.Max(FirstBuffer, _buffer.Length * 2));
        if (_context.Request.ContentLength is { } announced && announced >= _length && announced < room)
        {
            room = (int)announced + 1;
        }

        _admitted.Hold(room - _buffer.Length, room, _context.User.Identity is { IsAuthenticated: true });
        Array.Resize(ref _buffer, room);
    }

    private TimeSpan Left()
    {
        var left = TimeSpan.FromSeconds(_options.BodySeconds + ((double)_length / _options.BodyBytesPerSecond)) - _time.GetElapsedTime(_began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

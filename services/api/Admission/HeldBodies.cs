using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Admission;

/// <summary>
/// Bounds the memory that bodies take which are read whole, all requests together. Long ones leave a quarter of it to the short
/// ones, and those of senders who are not known yet half of it to the others.
/// </summary>
public sealed class HeldBodies(IOptions<OverloadOptions> options)
{
    private long _held;

    /// <summary>Bytes that requests hold now.</summary>
    public long Bytes => Interlocked.Read(ref _held);

    /// <summary>Notes that a request holds so many bytes more, if there is room for them.</summary>
    /// <param name="bytes">So many more.</param>
    /// <param name="size">What they come to in its body.</param>
    /// <param name="isKnown">Whether the request was authenticated.</param>
    internal bool TryAdd(int bytes, int size, bool isKnown)
    {
        if (Interlocked.Add(ref _held, bytes) <= RoomFor(size, isKnown))
        {
            return true;
        }

        Remove(bytes);
        return false;
    }

    /// <summary>Notes that a request holds them no longer.</summary>
    internal void Remove(long bytes) => Interlocked.Add(ref _held, -bytes);

    private long RoomFor(int size, bool isKnown) => size switch
    {
        <= RequestBody.SmallBytes + 1 => options.Value.BodyBytes,
        _ when isKnown => options.Value.BodyBytes / 4 * 3,
        _ => options.Value.BodyBytes / 2,
    };
}

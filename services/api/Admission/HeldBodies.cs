using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Admission;

/// <summary>Bounds the memory that bodies take which are read whole, all requests together.</summary>
public sealed class HeldBodies(IOptions<OverloadOptions> options, ShedRequests shed)
{
    private long _held;

    /// <summary>Bytes that requests hold now.</summary>
    public long Bytes => Interlocked.Read(ref _held);

    /// <summary>Notes that a request holds so many bytes more, until it ends.</summary>
    /// <exception cref="ProblemException">503 OVERLOADED: there is no room for them. Nothing was done yet.</exception>
    public void Add(HttpContext context, int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) > options.Value.BodyBytes)
        {
            Interlocked.Add(ref _held, -bytes);
            throw shed.Refuse("body");
        }

        context.Response.RegisterForDispose(new Share(this, bytes));
    }

    private sealed class Share(HeldBodies bodies, int bytes) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref bodies._held, -bytes);
    }
}

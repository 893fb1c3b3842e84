using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults.Edge;

/// <summary>
/// Counts each request to the client's address and to the credentials it presents, refuses what is too many with 429 and
/// Retry-After, and tells in every answer what is left (draft-ietf-httpapi-ratelimit-headers). Health is for everybody, always.
/// </summary>
internal sealed class RateLimiting : IMiddleware, IDisposable
{
    private const int AddressBytes = 16;
    private const int NetworkBytes = 8;

    private readonly PresentedCredentials _credentials = new();
    private readonly RequestCounts? _perKey;
    private readonly RequestCounts? _perAddress;

    public RateLimiting(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        _perKey = limits.PerKey.Requests > 0 ? new RequestCounts("key", limits.PerKey, limits.Tracked) : null;
        _perAddress = limits.PerAddress.Requests > 0 ? new RequestCounts("address", limits.PerAddress, limits.Tracked) : null;
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        var (counted, wait) = Count(context);
        context.Response.OnStarting(() =>
        {
            Tell(context.Response.Headers, counted);
            return Task.CompletedTask;
        });
        if (wait is null)
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.Value.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await EdgeProblem.RateLimited.ExecuteAsync(context);
    }

    public void Dispose()
    {
        _perKey?.Dispose();
        _perAddress?.Dispose();
    }

    // The address first: once it is over its limit, its guesses at credentials cost nobody anything.
    private (List<(RequestCounts Counts, UInt128 Client)> Counted, TimeSpan? Wait) Count(HttpContext context)
    {
        var counted = new List<(RequestCounts, UInt128)>(2);
        foreach (var (counts, client) in Clients(context))
        {
            counted.Add((counts, client));
            if (!counts.TryCount(client, out var wait))
            {
                return (counted, wait);
            }
        }

        return (counted, null);
    }

    private IEnumerable<(RequestCounts Counts, UInt128 Client)> Clients(HttpContext context)
    {
        if (_perAddress is not null)
        {
            yield return (_perAddress, NumberOf(context.Connection.RemoteIpAddress));
        }

        if (_perKey is not null)
        {
            foreach (var credential in _credentials.Of(context.Request))
            {
                yield return (_perKey, credential);
            }
        }
    }

    private static void Tell(IHeaderDictionary headers, List<(RequestCounts Counts, UInt128 Client)> counted)
    {
        if (counted.Count > 0)
        {
            // The one that was refused is the last: of several credentials, it is the one to tell of.
            var told = counted.AsEnumerable().Reverse().DistinctBy(each => each.Counts).ToList();
            headers["RateLimit-Policy"] = string.Join(", ", told.Select(each => each.Counts.Policy));
            headers["RateLimit"] = string.Join(", ", told.Select(each => each.Counts.Left(each.Client)));
        }
    }

    // Who has one IPv6 address mostly has 2^64 of them.
    private static UInt128 NumberOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        plain?.TryWriteBytes(bytes, out _);
        if (plain is { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            bytes[NetworkBytes..].Clear();
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

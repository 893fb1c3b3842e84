using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

/// <summary>Stands in for an api process: a real server whose answers a test decides.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private FakeApi(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    /// <summary>How many requests it got, but for its readiness.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts it on a free port; it is ready, and <paramref name="answer"/> answers everything but its readiness.</summary>
    public static Task<FakeApi> StartAsync(RequestDelegate answer) => StartAsync(answer, "http://127.0.0.1:0");

    /// <summary>One that answers with the address that was asked for, at a port and a loopback address that are given.</summary>
    public static Task<FakeApi> StartAsync(int port, IPAddress address) => StartAsync(Echo, $"http://{address}:{port}");

    /// <summary>One that answers with the address that was asked for.</summary>
    public static Task<FakeApi> StartAsync() => StartAsync(Echo);

    /// <summary>One that is ready, and breaks the connection of every other request before it answers.</summary>
    public static Task<FakeApi> StartDyingAsync() => StartAsync(async context =>
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Abort();
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Task Echo(HttpContext context) => context.Response.WriteAsync(context.Request.Path + context.Request.QueryString);

    private static async Task<FakeApi> StartAsync(RequestDelegate answer, string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.MapGet("/health/ready", () => "Healthy");
        var api = new FakeApi(app);
        app.MapFallback("{**all}", context =>
        {
            Interlocked.Increment(ref api._requests);
            return answer(context);
        });
        await app.StartAsync();
        return api;
    }
}

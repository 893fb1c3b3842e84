using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Dialects.Tests.BrightLocal;

/// <summary>Stands in for the upstream while it lives, and answers nothing until a test lets it.</summary>
internal sealed class HeldCalls : IAsyncDisposable
{
    private const string Upstream = "/v1/upstreams/brightlocal";

    private readonly DialectHost _host;
    private readonly WebApplication _app;
    private readonly JsonNode _real;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HeldCalls(DialectHost host, WebApplication app, JsonNode real)
    {
        (_host, _app, _real) = (host, app, real);
        app.Run(async context =>
        {
            _begun.TrySetResult();
            await _open.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsJsonAsync(Array.Empty<string>());
        });
    }

    public static async Task<HeldCalls> StartAsync(DialectHost host)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var calls = new HeldCalls(host, builder.Build(), (await host.Native.AskAsync(HttpMethod.Get, Upstream)).Json);
        await calls._app.StartAsync();
        await calls.LeadToAsync(calls._app.Urls.Single());
        return calls;
    }

    /// <summary>Waits for a call.</summary>
    public Task BegunAsync() => _begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Answers.</summary>
    public void LetGo() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await LeadToAsync((string)_real["base_url"]!);
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task LeadToAsync(string address)
    {
        var changed = _real.DeepClone();
        changed["base_url"] = address;
        var reply = await _host.Native.AskAsync(HttpMethod.Put, Upstream, Http.Json(changed));
        Assert.True(reply.Status == 200, reply.ToString());
    }
}

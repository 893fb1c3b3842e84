using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Gateway.Tests;

/// <summary>The gateway on a real port, in front of the given apis.</summary>
internal sealed class GatewayServer : WebApplicationFactory<Program>
{
    private readonly string[] _apis;
    private readonly Dictionary<string, string?> _settings;
    private readonly ILoggerProvider? _log;
    private readonly Action<IServiceCollection> _services;

    public GatewayServer(params string[] apis)
        : this([], apis)
    {
    }

    private GatewayServer(Dictionary<string, string?> settings, string[] apis, ILoggerProvider? log = null, Action<IServiceCollection>? services = null)
    {
        (_settings, _apis, _log, _services) = (settings, apis, log, services ?? (_ => { }));
        // Without a port: to set one, the factory races the program, which starts its server meanwhile.
        UseKestrel();
        StartServer();
        // Not CreateClient: its handlers hold a request's body back to be able to repeat it.
        Client = new HttpClient { BaseAddress = ClientOptions.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Client { get; }

    /// <summary>One that is configured.</summary>
    /// <param name="settings">Keyed as in <c>appsettings.json</c>.</param>
    /// <param name="apis">Their addresses.</param>
    public static GatewayServer With(Dictionary<string, string?> settings, params string[] apis) => new(settings, apis);

    /// <summary>One whose log a test reads.</summary>
    public static GatewayServer With(Dictionary<string, string?> settings, ILoggerProvider log, params string[] apis) => new(settings, apis, log);

    /// <summary>One with parts that a test plays.</summary>
    public static GatewayServer WithParts(Action<IServiceCollection> services, params string[] apis) => new([], apis, services: services);

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent body) => Client.PostAsync(new Uri(path, UriKind.Relative), body);

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await base.DisposeAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.ConfigureTestServices(_services);
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        if (_log is not null)
        {
            builder.ConfigureLogging(logging => logging.AddProvider(_log));
        }

        foreach (var (number, api) in _apis.Index())
        {
            builder.UseSetting(string.Create(CultureInfo.InvariantCulture, $"ReverseProxy:Clusters:api:Destinations:api{number + 1}:Address"), api);
        }
    }
}

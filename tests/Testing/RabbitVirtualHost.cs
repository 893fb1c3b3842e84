using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Xunit;

namespace BatchPlatform.Testing;

/// <summary>
/// A virtual host of its own on the scratch RabbitMQ, deleted at the end with all its queues. A class fixture, or
/// <c>await using var bus = await RabbitVirtualHost.CreateAsync();</c>
/// </summary>
public sealed class RabbitVirtualHost : IAsyncLifetime, IAsyncDisposable
{
    private HttpClient? _api;

    /// <summary>Whose RabbitMQ it is on.</summary>
    [AllowNull]
    public TestServers Servers { get => field ?? TestServers.Shared; init; }

    public string Name { get; } = $"test-{Guid.NewGuid():N}";

    /// <summary>amqp://user:password@host:port/vhost</summary>
    public string ConnectionString => new Uri(Servers.Rabbit, Name).AbsoluteUri;

    /// <summary>RabbitMQ's management API, signed in; for example <c>queues/{Name}</c>.</summary>
    public HttpClient Api => _api ??= CreateApi();

    public static async Task<RabbitVirtualHost> CreateAsync(TestServers? servers = null)
    {
        var host = new RabbitVirtualHost { Servers = servers };
        await host.InitializeAsync();
        return host;
    }

    public async Task InitializeAsync()
    {
        (await Api.PutAsJsonAsync($"vhosts/{Name}", new { })).EnsureSuccessStatusCode();
        var everything = new { configure = ".*", write = ".*", read = ".*" };
        (await Api.PutAsJsonAsync($"permissions/{Name}/{User[0]}", everything)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        (await Api.DeleteAsync(new Uri($"vhosts/{Name}", UriKind.Relative))).EnsureSuccessStatusCode();
        Api.Dispose();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private string[] User => Servers.Rabbit.UserInfo.Split(':');

    private HttpClient CreateApi()
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Servers.Rabbit.UserInfo));
        return new HttpClient
        {
            BaseAddress = new Uri(Servers.RabbitApi, "/api/"),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", credentials) },
        };
    }
}

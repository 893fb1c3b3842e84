using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Samples;
using BatchPlatform.Standalone;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Dialects.Tests;

/// <summary>The whole platform in this process, with the sample upstream: what a dialect is asked for really runs.</summary>
public sealed class DialectHost : IAsyncLifetime
{
    public const string Key = "an-admin-key-for-tests-of-dialects";

    private readonly string _folder = Directory.CreateTempSubdirectory("dialects-tests-").FullName;
    private readonly Dictionary<string, string?> _settings;
    private WebApplication? _sample;
    private Platform? _platform;

    public DialectHost()
        : this([])
    {
    }

    private DialectHost(Dictionary<string, string?> settings) => _settings = settings;

    /// <summary>Presents nothing: each dialect has its own place for a key.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>Asks natively, with <see cref="Key"/>.</summary>
    public HttpClient Native { get; private set; } = new();

    /// <summary>Everything that is mapped.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _platform!.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    internal static async Task<DialectHost> StartAsync(Dictionary<string, string?> settings)
    {
        var host = new DialectHost(settings);
        await host.InitializeAsync();
        return host;
    }

    public async Task InitializeAsync()
    {
        _sample = SampleUpstream.Create(new SampleOptions(), "http://127.0.0.1:0");
        await _sample.StartAsync();
        var upstreams = SampleUpstream.Definitions(_sample.Urls.Single());
        // An upstream that tests may pause without holding up others.
        upstreams["held"] = upstreams["event"]!.DeepClone();
        _platform = await Platform.StartAsync(new PlatformSettings(_folder, "http://127.0.0.1:0", upstreams, Settings()), default);
        var address = new Uri(_platform.Urls.Single());
        Client = new HttpClient { BaseAddress = address };
        Native = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Key) } };
    }

    /// <summary>Makes a key; gives its text.</summary>
    public async Task<string> AddKeyAsync(string name, string tenant, string scopes = "read write")
    {
        var made = await Native.AskAsync(HttpMethod.Post, "/v1/keys", Http.Json(JsonSerializer.Serialize(new { name, tenant, scopes = scopes.Split(' ') })));
        return (string)made.Json["key"]!;
    }

    /// <summary>Makes a key whose requests must be signed; gives its text and what to sign with.</summary>
    public async Task<(string Key, string Secret)> AddSigningKeyAsync(string tenant)
    {
        var key = await AddKeyAsync("signer", tenant);
        var made = await Native.AskAsync(HttpMethod.Post, $"/v1/keys/{key.Split('_')[1]}/signing-secret");
        return (key, (string)made.Json["signing_secret"]!);
    }

    /// <summary>The batch as the native API shows it; by number where a dialect tells no id.</summary>
    public async Task<JsonNode> NativeBatchAsync(long number)
    {
        var list = await Native.AskAsync(HttpMethod.Get, "/v1/batches?limit=1000");
        return list.Json["items"]!.AsArray().Single(batch => (long)batch!["number"]! == number)!;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        Native.Dispose();
        await (_platform?.DisposeAsync() ?? default);
        await (_sample?.DisposeAsync() ?? default);
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string?> Settings() => new(_settings)
    {
        ["Admin:Key"] = Key,
        ["Callbacks:AllowLoopback"] = "true",
    };
}

/// <summary>Tests that share one platform, one after the other.</summary>
[CollectionDefinition(nameof(OnePlatform))]
public sealed class OnePlatform : ICollectionFixture<DialectHost>;

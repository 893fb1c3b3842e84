using System.Net.Http.Headers;
using System.Text;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>What no client of HTTP would send, over a plain connection: refused, and the server goes on.</summary>
public sealed class RawInputTests : IClassFixture<RawInputTests.Server>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ServiceProcess _server;

    public RawInputTests(Server server) => _server = server.Process;

    public static TheoryData<string, string, int> Malformed => new()
    {
        { "a chunk whose size is none", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", 400 },
        { "a chunk longer than a number", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", 400 },
        { "a chunk longer than it says", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n1\r\n{}{}\r\n0\r\n\r\n", 400 },
        { "a coding that is none", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Transfer-Encoding: nonsense\r\nContent-Type: application/json\r\n\r\n{}", 400 },
        { "two lengths", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Content-Length: 2\r\nContent-Length: 3\r\nContent-Type: application/json\r\n\r\n{}", 400 },
        { "a length below nothing", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Content-Length: -1\r\n\r\n", 400 },
        { "a length beyond all numbers", "POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Content-Length: 99999999999999999999\r\n\r\n", 400 },
        { "no host", "GET /v1/batches HTTP/1.1\r\n{key}\r\n", 400 },
        { "a header without a name", "GET /v1/batches HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400 },
        { "a header with a null byte", "GET /v1/batches HTTP/1.1\r\nHost: a\r\nX-A: \0\r\n\r\n", 400 },
        { "a header in two lines", "GET /v1/batches HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", 400 },
        { "a null byte in the path", "GET /v1/batches/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "a path that is not UTF-8", "GET /v1/batches/%ff HTTP/1.1\r\nHost: a\r\n{key}\r\n", 404 },
        { "a path out of the root", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404 },
        { "an encoded path out of the root", "GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404 },
        { "encoded slashes", "GET /v1%2Fbatches HTTP/1.1\r\nHost: a\r\n{key}\r\n", 404 },
        { "no HTTP", "\u0016\u0003\u0001\0\u00a5\u0001\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_is_refused(string what, string request, int status)
    {
        using var connection = new RawHttp(_server.BaseAddress);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);

        var reply = await connection.AskAsync(Bytes(request), hasBody: true, timeout.Token);

        Assert.True(reply.Status == status, $"{what}: {reply.Status} {reply.Body}");
        await IsWellAsync();
    }

    [Fact]
    public async Task Chunks_with_a_length_beside_them_are_one_request()
    {
        using var connection = new RawHttp(_server.BaseAddress);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);

        await connection.SendAsync(Bytes("POST /v1/batches HTTP/1.1\r\nHost: a\r\n{key}Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), timeout.Token);
        var reply = await connection.ReadAsync(hasBody: true, timeout.Token);

        // By the chunks, or not at all: never by the length.
        Assert.True(reply.Status is 201 or 400, $"{reply.Status}");
    }

    [Theory]
    [InlineData("a header of ten megabytes", 1, 10 * 1024 * 1024)]
    [InlineData("ten thousand headers", 10_000, 10)]
    public async Task Headers_without_end_are_refused_before_they_end(string what, int count, int length)
    {
        using var connection = new RawHttp(_server.BaseAddress);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        var headers = string.Concat(Enumerable.Range(0, count).Select(number => $"X-{number}: {new string('a', length)}\r\n"));

        var reply = await connection.AskAsync(Bytes($"GET /v1/batches HTTP/1.1\r\nHost: a\r\n{headers}\r\n"), hasBody: true, timeout.Token);

        // Who still sends may find the connection closed instead of an answer.
        Assert.True(reply.Status is 431 or 0, $"{what}: {reply.Status}");
        await IsWellAsync();
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(100_000)]
    public async Task A_query_without_end_is_refused(int length)
    {
        using var connection = new RawHttp(_server.BaseAddress);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);

        var reply = await connection.AskAsync(Bytes($"GET /v1/batches?limit={new string('9', length)} HTTP/1.1\r\nHost: a\r\n{{key}}\r\n"), hasBody: true, timeout.Token);

        Assert.True(reply.Status is 400 or 414, $"{reply.Status}");
    }

    [Fact]
    public async Task Half_an_upload_and_then_silence_is_ended_and_leaves_the_batch_free()
    {
        using var connection = new RawHttp(_server.BaseAddress);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        var batch = (string)(await AskAsync(HttpMethod.Post, "/v1/batches", Http.Json("{}"))).Json["id"]!;
        const string Job = """{"namespace":"places","action":"lookup","params":{"name":"Lisbon"}}""";

        await connection.SendAsync(
            Bytes($"POST /v1/batches/{batch}/jobs HTTP/1.1\r\nHost: a\r\n{{key}}Content-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n{Job}\n{{\"name"), timeout.Token);
        var reply = await connection.ReadAsync(hasBody: true, timeout.Token);

        Assert.True(reply.Status is 408 or 400 or 0, $"{reply.Status}");
        var next = await AskAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", new StringContent(Job, new MediaTypeHeaderValue("application/x-ndjson")));
        Assert.Equal((201, 1), (next.Status, (int)next.Json["total"]!));
    }

    private async Task IsWellAsync() => Assert.Equal(200, (await AskAsync(HttpMethod.Get, "/v1/batches")).Status);

    private Task<Reply> AskAsync(HttpMethod method, string path, HttpContent? content = null) => _server.Client.AskAsync(method, path, content);

    private static byte[] Bytes(string request) => Encoding.Latin1.GetBytes(request.Replace("{key}", $"Authorization: Bearer {Server.Key}\r\n", StringComparison.Ordinal));

    /// <summary>One process for all of them.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal const string Key = "an-admin-key-for-raw-tests";
        private readonly TemporaryFolder _folder = new();

        internal ServiceProcess Process { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Process = await ServiceProcess.StartAsync(
                "services/standalone", new Dictionary<string, string?> { ["Admin__Key"] = Key }, ["--data", Path.Combine(_folder.Path, "data"), "--sample"], timeout: TimeSpan.FromMinutes(2));
            Process.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        }

        public async Task DisposeAsync()
        {
            await Process.DisposeAsync();
            _folder.Dispose();
        }
    }
}

using System.Net;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

/// <summary>What a request and a connection may take.</summary>
public sealed class LimitsTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData("POST", "/v1/keys", MiB)]
    [InlineData("POST", "/v1/batches/1/commit", MiB)]
    [InlineData("PATCH", "/v1/batches/1", MiB)]
    [InlineData("PUT", "/v1/batches/1/jobs/2", MiB)]
    [InlineData("POST", "/seo-tools/api/v4/batch", MiB)]
    [InlineData("PATCH", "/api/v1/data-collection/batches/1", MiB)]
    [InlineData("PUT", "/batches/1F", 16 * MiB)]
    [InlineData("POST", "/live/collections", 16 * MiB)]
    [InlineData("POST", "/v1/batches", 64 * MiB)]
    [InlineData("PUT", "/v1/upstreams/places", 64 * MiB)]
    [InlineData("POST", "/api/1.0/batch?action=run", 64 * MiB)]
    public async Task A_body_may_be_so_long_and_no_longer(string method, string path, int limit)
    {
        await using var api = await FakeApi.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = new GatewayServer(api.Url);

        using var fits = await SendAsync(gateway, method, path, new ByteArrayContent(new byte[limit]));
        using var announced = await SendAsync(gateway, method, path, new ByteArrayContent(new byte[limit + 1]));

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        await announced.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        Assert.Equal(1, api.Requests);
    }

    [Fact]
    public async Task A_body_that_does_not_say_how_long_it_is_is_counted()
    {
        await using var api = await FakeApi.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = new GatewayServer(api.Url);
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync("POST /v1/keys HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n");
        await connection.SendAsync($"{MiB + 1:x}\r\n{new string('x', MiB + 1)}\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("BODY_TOO_LARGE", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("5\r\nabcdefgh\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("ffffffffffffffffff\r\n")]
    public async Task Chunks_that_make_no_sense_are_told(string chunks)
    {
        await using var api = await FakeApi.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var gateway = new GatewayServer(api.Url);
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync($"POST /v1/batches/1/jobs HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");

        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData("Content-Length: -5\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("No-Colon\r\n")]
    [InlineData("Null: a\0b\r\n")]
    public async Task What_could_be_read_in_two_ways_reaches_no_api(string headers)
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(api.Url);
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync($"POST /v1/batches HTTP/1.1\r\nHost: here\r\n{headers}\r\n0\r\n\r\n");

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.Equal(0, api.Requests);
    }

    [Theory]
    [InlineData(1, 33 * 1024)]
    [InlineData(101, 1)]
    [InlineData(1, 10 * MiB)]
    public async Task Too_many_or_too_long_headers_are_refused_at_once(int count, int length)
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync("GET /v1/batches HTTP/1.1\r\nHost: here\r\n");
        for (var i = 0; i < count; i++)
        {
            await connection.SendAsync($"X-{i}: {new string('x', length)}\r\n");
        }

        await connection.SendAsync("\r\n");
        Assert.StartsWith("HTTP/1.1 431 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_long_an_address_is_refused()
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");

        using var answer = await gateway.GetAsync($"/v1/batches?name={new string('x', 9 * 1024)}");

        Assert.Equal(HttpStatusCode.RequestUriTooLong, answer.StatusCode);
    }

    [Fact]
    public async Task Headers_that_drip_are_cut_off()
    {
        await using var gateway = GatewayServer.With(new() { ["Edge:HeaderSeconds"] = "1" }, "http://127.0.0.1:9");
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync("GET /v1/batches HTTP/1.1\r\nHost: he");

        Assert.StartsWith("HTTP/1.1 408 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_drips_is_cut_off_and_its_upload_ends_at_the_api()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await FakeApi.StartAsync(async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
            finally
            {
                ended.SetResult();
            }
        });
        await using var gateway = GatewayServer.With(new() { ["Edge:GraceSeconds"] = "2" }, api.Url);
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync("POST /v1/batches/1/jobs HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n{");

        var answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("BODY_TOO_SLOW", answer, StringComparison.Ordinal);
        await ended.Task.WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        await using var gateway = GatewayServer.With(new() { ["Edge:KeepAliveSeconds"] = "1" }, "http://127.0.0.1:9");
        await using var connection = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);

        await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed()
    {
        await using var gateway = GatewayServer.With(new() { ["Edge:Connections"] = "1" }, "http://127.0.0.1:9");
        using var first = await gateway.GetAsync("/health/live");

        await using var second = await RawConnection.OpenAsync(gateway.Client.BaseAddress!);
        await second.SendAsync("GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n");

        Assert.Equal("", await second.ReadToEndAsync());
    }

    [Theory]
    [InlineData("GET", HttpStatusCode.ServiceUnavailable, "UNAVAILABLE")]
    [InlineData("POST", HttpStatusCode.GatewayTimeout, "OUTCOME_UNKNOWN")]
    public async Task An_api_that_says_nothing_is_not_waited_for_for_ever(string method, HttpStatusCode status, string code)
    {
        await using var api = await FakeApi.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = GatewayServer.With(new() { ["ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout"] = "00:00:01" }, api.Url);

        using var answer = await SendAsync(gateway, method, "/v1/batches", content: null);

        await answer.IsProblemAsync(status, code);
    }

    [Theory]
    [InlineData("Edge:HeaderBytes", "1")]
    [InlineData("Edge:Connections", "0")]
    [InlineData("RateLimits:PerKey:Requests", "-1")]
    [InlineData("RateLimits:PerAddress:Seconds", "0")]
    [InlineData("RateLimits:Tracked", "5")]
    [InlineData("Cors:Origins:0", "console.example.org")]
    [InlineData("Cors:Origins:0", "https://console.example.org/path")]
    [InlineData("Proxies:Trusted:0", "somewhere")]
    public async Task A_setting_out_of_its_bounds_stops_the_start_and_is_named(string setting, string value)
    {
        var environment = new Dictionary<string, string?> { [setting.Replace(":", "__", StringComparison.Ordinal)] = value };
        await using var gateway = await ServiceProcess.LaunchAsync("gateway", environment);

        Assert.NotEqual(0, await gateway.WaitForExitAsync());

        Assert.Contains(setting.Split(':')[0], gateway.Output, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayServer gateway, string method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        request.Headers.ExpectContinue = content is not null; // Else the connection may break before the client reads the refusal.
        return gateway.Client.SendAsync(request);
    }
}

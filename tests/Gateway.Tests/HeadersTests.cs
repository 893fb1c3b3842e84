using System.Net;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

/// <summary>What the gateway adds to requests and answers, and what it takes away.</summary>
public sealed class HeadersTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task An_answer_tells_browsers_to_do_nothing_with_it_and_nobody_which_server_it_is()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync("/v1/batches");

        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Header("Content-Security-Policy"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Null(answer.Header("Server"));
        Assert.Null(answer.Header("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("/nothing/here")]
    [InlineData("/health/live")]
    public async Task So_do_its_own_answers(string path)
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");

        using var answer = await gateway.GetAsync(path);

        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Contains("no-store", answer.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.NotNull(answer.Header("traceparent"));
        Assert.Null(answer.Header("Server"));
    }

    [Fact]
    public async Task What_the_api_says_of_caches_counts()
    {
        await using var api = await FakeApi.StartAsync(context =>
        {
            context.Response.Headers.CacheControl = "private, max-age=60";
            return Task.CompletedTask;
        });
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await gateway.GetAsync("/docs/index.html");

        Assert.Equal("private, max-age=60", string.Join(", ", answer.Header("Cache-Control")!.Split(", ").Order().Reverse()));
    }

    [Fact]
    public async Task A_clients_trace_goes_on_at_the_api_and_is_told_in_the_answer()
    {
        await using var api = await EchoAsync("traceparent");
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await SendAsync(gateway, ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        Assert.StartsWith($"00-{Trace}-", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith($"00-{Trace}-", answer.Header("traceparent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("<script>")]
    public async Task Without_a_valid_trace_one_begins(string? sent)
    {
        await using var api = await EchoAsync("traceparent");
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await SendAsync(gateway, ("traceparent", sent));

        var told = answer.Header("traceparent")!;
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", told);
        Assert.DoesNotContain(new string('0', 32), told, StringComparison.Ordinal);
        Assert.StartsWith(told[..35], await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_names_the_trace()
    {
        await using var gateway = new GatewayServer("http://127.0.0.1:9");

        using var answer = await SendAsync(gateway, ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        Assert.Contains($"\"trace_id\":\"{Trace}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order-17:a/b", "order-17:a/b")]
    [InlineData("a b", null)]
    [InlineData("<script>", null)]
    [InlineData("", null)]
    public async Task A_request_id_of_the_clients_own_is_passed_on_and_sent_back_while_it_is_plain(string sent, string? kept)
    {
        await using var api = await EchoAsync("X-Request-Id");
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await SendAsync(gateway, ("X-Request-Id", sent));
        using var tooLong = await SendAsync(gateway, ("X-Request-Id", new string('x', 129)));

        Assert.Equal(kept, answer.Header("X-Request-Id"));
        Assert.Equal(kept ?? "", await answer.Content.ReadAsStringAsync());
        Assert.Null(tooLong.Header("X-Request-Id"));
    }

    [Fact]
    public async Task The_api_is_told_where_a_request_comes_from_and_a_trusted_proxy_is_believed()
    {
        await using var api = await EchoAsync("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host");
        await using var gateway = new GatewayServer(api.Url);

        using var direct = await SendAsync(gateway);
        using var proxied = await SendAsync(
            gateway, ("X-Forwarded-For", "198.51.100.9, 192.0.2.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "batches.example.org"));

        Assert.Equal($"127.0.0.1|http|{gateway.Client.BaseAddress!.Authority}", await direct.Content.ReadAsStringAsync());
        // 192.0.2.7 was told by our own proxy; 198.51.100.9 by 192.0.2.7, whom nobody trusts.
        Assert.Equal("192.0.2.7|https|batches.example.org", await proxied.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Whoever_is_not_a_trusted_proxy_cannot_pass_for_another()
    {
        string[] names = ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "X-Original-For", "X-Forwarded-Prefix", "X-Original-URL"];
        await using var api = await EchoAsync([.. names, "X-Forwarded-Host"]);
        await using var gateway = GatewayServer.With(new() { ["Proxies:Trusted:0"] = "192.0.2.0/24" }, api.Url);

        using var answer = await SendAsync(gateway, [.. names.Select(name => (name, (string?)"198.51.100.9")), ("X-Forwarded-Host", "evil.example")]);

        Assert.Equal($"127.0.0.1|http||||||{gateway.Client.BaseAddress!.Authority}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_configuration_no_page_may_read_an_answer()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = new GatewayServer(api.Url);

        using var answer = await SendAsync(gateway, ("Origin", "https://console.example.org"));

        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_pages_of_a_configured_origin_may_call_and_read_and_others_may_not()
    {
        await using var api = await FakeApi.StartAsync();
        await using var gateway = GatewayServer.With(new() { ["Cors:Origins:0"] = "https://console.example.org" }, api.Url);

        using var preflight = await SendAsync(
            gateway, HttpMethod.Options, ("Origin", "https://console.example.org"), ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization"));
        Assert.Equal((HttpStatusCode.NoContent, 0), (preflight.StatusCode, api.Requests));
        Assert.Equal("https://console.example.org", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Contains("PATCH", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("authorization", preflight.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        using var call = await SendAsync(gateway, ("Origin", "https://console.example.org"));
        Assert.Equal("https://console.example.org", call.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Retry-After", call.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        using var other = await SendAsync(gateway, ("Origin", "https://evil.example"));
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
    }

    private static Task<FakeApi> EchoAsync(params string[] headers) => FakeApi.StartAsync(context =>
        context.Response.WriteAsync(string.Join('|', headers.Select(header => context.Request.Headers[header].ToString()))));

    private static Task<HttpResponseMessage> SendAsync(GatewayServer gateway, params (string Name, string? Value)[] headers) =>
        SendAsync(gateway, HttpMethod.Get, headers);

    private static Task<HttpResponseMessage> SendAsync(GatewayServer gateway, HttpMethod method, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(method, "/v1/batches");
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return gateway.Client.SendAsync(request);
    }
}

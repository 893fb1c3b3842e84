using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BatchPlatform.Testing;
using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Gateway.Tests;

/// <summary>The gateway as its operator gives it a certificate.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-tls-").FullName;
    private readonly int _port = LoopbackPort.Next();
    private FakeApi _api = null!;
    private ServiceProcess _gateway = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        using var certificate = MakeCertificate();
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _api = await FakeApi.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync(context.Request.Headers["X-Forwarded-Proto"].ToString());
        });
        var plain = LoopbackPort.Next();
        _gateway = await ServiceProcess.StartAsync("gateway", Settings(plain), port: plain);
        _client = MakeClient(certificate.Thumbprint);
        // Endpoints begin to listen one after the other.
        await Eventually.Equal(HttpStatusCode.OK, async () =>
        {
            using var answer = await SendAsync(HttpMethod.Get, "/health/live", "1.1");
            return answer.StatusCode;
        });
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _gateway.DisposeAsync();
        await _api.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task It_speaks_both_versions_over_TLS_and_tells_browsers_to_come_by_it_again(string version)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/v1/batches", version);

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (answer.StatusCode, answer.Version));
        Assert.Equal("https", await answer.Content.ReadAsStringAsync());
        Assert.Equal("max-age=31536000", answer.Header("Strict-Transport-Security"));
        Assert.Null(answer.Header("Server"));
    }

    [Fact]
    public async Task Limits_hold_in_HTTP_2_too()
    {
        using var fits = await SendAsync(HttpMethod.Post, "/v1/keys", "2.0", new byte[1024 * 1024]);
        using var tooLong = await SendAsync(HttpMethod.Post, "/v1/keys", "2.0", new byte[(1024 * 1024) + 1]);

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        await tooLong.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
    }

    [Fact]
    public async Task Plain_HTTP_goes_on_beside_it_where_it_is_configured()
    {
        using var answer = await _gateway.Client.GetAsync("/v1/batches");

        Assert.Equal("http", await answer.Content.ReadAsStringAsync());
        Assert.Null(answer.Header("Strict-Transport-Security"));
        Assert.DoesNotContain("Overriding address", _gateway.Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Settings(int plain) => new()
    {
        ["ASPNETCORE_URLS"] = null,
        ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{plain}",
        ["Kestrel__Endpoints__Https__Url"] = $"https://127.0.0.1:{_port}",
        ["Kestrel__Endpoints__Https__Certificate__Path"] = Path.Combine(_folder, "cert.pem"),
        ["Kestrel__Endpoints__Https__Certificate__KeyPath"] = Path.Combine(_folder, "key.pem"),
        ["ReverseProxy__Clusters__api__Destinations__api1__Address"] = _api.Url,
    };

    private HttpClient MakeClient(string thumbprint)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (certificate as X509Certificate2)?.Thumbprint == thumbprint,
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{_port}") };
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string version, byte[]? body = null)
    {
        var request = new HttpRequestMessage(method, path)
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body is null ? null : new ByteArrayContent(body),
        };
        return _client.SendAsync(request);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

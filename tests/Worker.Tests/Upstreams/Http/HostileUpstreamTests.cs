using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using BatchPlatform.Worker.Upstreams;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Tests.Upstreams.Http;

/// <summary>Whatever an upstream does, the job ends, with a code that says what happened.</summary>
public sealed class HostileUpstreamTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n";
    private const string JsonHead = Head + "Content-Type: application/json\r\n";
    private readonly FakeClock _clock = new();

    [Theory]
    [InlineData("", ErrorCodes.UpstreamConnectionLost)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", ErrorCodes.UpstreamConnectionLost)]
    [InlineData(JsonHead + "Content-Length: 10\r\n\r\n{}", ErrorCodes.UpstreamConnectionLost)]
    [InlineData(JsonHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", ErrorCodes.UpstreamConnectionLost)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", ErrorCodes.UpstreamInvalidResponse)]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n", ErrorCodes.UpstreamInvalidResponse)]
    [InlineData(JsonHead + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n", ErrorCodes.UpstreamInvalidResponse)]
    [InlineData(JsonHead + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!", ErrorCodes.UpstreamInvalidResponse)]
    [InlineData(JsonHead + "Content-Encoding: br\r\nContent-Length: 9\r\n\r\nnot br!!!", ErrorCodes.UpstreamInvalidResponse)]
    [InlineData(JsonHead + "Content-Encoding: deflate\r\nContent-Length: 9\r\n\r\nnot defl!", ErrorCodes.UpstreamInvalidResponse)]
    public async Task An_answer_that_breaks_or_is_none_says_so_and_may_be_tried_again(string answer, string code)
    {
        await using var server = RawServer.Answering(answer);

        var end = await CallAsync(Given.Upstream(server.BaseUrl));

        Assert.Equal((CallFate.Failed, code, true), (end.Fate, end.ErrorCode, end.Repeatable));
    }

    [Theory]
    [InlineData(JsonHead + "Content-Length: 6\r\n\r\n{oops}")]
    [InlineData(JsonHead + "Content-Length: 6\r\n\r\n<html>")]
    [InlineData(JsonHead + "Content-Length: 6\r\n\r\n{\"a\":1")]
    public async Task JSON_that_is_none_fails_the_job_and_is_kept_as_text(string answer)
    {
        await using var server = RawServer.Answering(answer);

        var end = await CallAsync(Given.Upstream(server.BaseUrl));

        Assert.Equal((ErrorCodes.ResponseNotJson, 200, false), (end.ErrorCode, end.StatusCode, end.Repeatable));
        Assert.Equal((byte)'"', end.Response.Span[0]);
    }

    [Fact]
    public async Task A_reset_within_the_answer_is_a_lost_connection()
    {
        await using var server = new RawServer(async (connection, stop) =>
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes(JsonHead + "Content-Length: 100\r\n\r\n{"), stop);
            connection.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
            connection.Socket.Close();
        });

        var end = await CallAsync(Given.Upstream(server.BaseUrl));

        Assert.Equal((ErrorCodes.UpstreamConnectionLost, true), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task Endless_headers_are_cut_off()
    {
        await using var server = RawServer.Endless(Head, $"X-More: {new string('x', 1000)}\r\n");

        Assert.Equal(ErrorCodes.UpstreamInvalidResponse, (await CallAsync(Given.Upstream(server.BaseUrl))).ErrorCode);
    }

    [Theory]
    [InlineData(Head + "\r\n")]
    [InlineData(JsonHead + "Content-Length: 9000000000\r\n\r\n")]
    public async Task An_endless_body_is_cut_off(string head)
    {
        await using var server = RawServer.Endless(head, new string('[', 4096));

        Assert.Equal((ErrorCodes.ResponseTooLarge, 200), Of(await CallAsync(Given.Upstream(server.BaseUrl))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 20")]
    public async Task An_answer_that_does_not_come_times_out(string beginning)
    {
        var end = await CallUntilTimeoutAsync(beginning);

        Assert.Equal((ErrorCodes.UpstreamTimeout, true), (end.ErrorCode, end.Repeatable));
        Assert.Contains("No answer", end.ErrorMessage);
    }

    [Fact]
    public async Task A_body_that_drips_times_out_however_lively_it_looks()
    {
        // More than connections buffer, so that the client is known to read when all of it is written.
        const int Length = 32 * 1024 * 1024;
        var end = await CallUntilTimeoutAsync($"{JsonHead}Content-Length: {Length + 1}\r\n\r\n{new string('[', Length)}");

        Assert.Equal(ErrorCodes.UpstreamTimeout, end.ErrorCode);
        Assert.Contains("had not ended", end.ErrorMessage);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_compressed_bomb_is_cut_off_while_it_unpacks(string encoding)
    {
        var bomb = Bomb(encoding);
        await using var server = new RawServer(async (connection, stop) =>
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"{JsonHead}Content-Encoding: {encoding}\r\nContent-Length: {bomb.Length}\r\n\r\n"), stop);
            await connection.WriteAsync(bomb, stop);
        });

        Assert.Equal((ErrorCodes.ResponseTooLarge, 200), Of(await CallAsync(Given.Upstream(server.BaseUrl))));
    }

    [Fact]
    public async Task A_host_without_an_address_says_so()
    {
        var end = await CallAsync(Given.Upstream("http://no-such-host.invalid"));

        Assert.Equal((ErrorCodes.UpstreamNameUnresolved, true), (end.ErrorCode, end.Repeatable));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        using var certificate = SelfSigned();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeTlsAsync(listener, certificate);

        var end = await CallAsync(Given.Upstream($"https://{listener.LocalEndpoint}"));

        Assert.Equal((ErrorCodes.UpstreamTlsFailed, true), (end.ErrorCode, end.Repeatable));
        await serving;
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_says_so()
    {
        await using var server = RawServer.Answering("HTTP/1.1 400 Bad Request\r\n\r\n\r\n");

        var end = await CallAsync(Given.Upstream(server.BaseUrl.Replace("http:", "https:", StringComparison.Ordinal)));

        Assert.Equal(ErrorCodes.UpstreamTlsFailed, end.ErrorCode);
    }

    private static (string? Code, int Status) Of(CallEnd end) => (end.ErrorCode, end.StatusCode);

    private static byte[] Bomb(string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            packer.Write(new byte[64 * 1024 * 1024]);
        }

        return packed.ToArray();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task ServeTlsAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(connection.GetStream());
        // The client breaks off; how that looks from here differs by platform.
        await Record.ExceptionAsync(() => tls.AuthenticateAsServerAsync(certificate));
        await Record.ExceptionAsync(() => tls.ReadExactlyAsync(new byte[1]).AsTask());
    }

    private async Task<CallEnd> CallUntilTimeoutAsync(string beginning)
    {
        var written = new TaskCompletionSource();
        await using var server = new RawServer(async (connection, stop) =>
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes(beginning), stop);
            written.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        var call = CallAsync(Given.Upstream(server.BaseUrl) with { MaxResponseBytes = int.MaxValue - 1 });
        await written.Task;
        _clock.Advance(TimeSpan.FromSeconds(30));
        return await call;
    }

    private Task<CallEnd> CallAsync(Upstream definition) => new HttpExecutor(definition, credential: null, _clock).CallAsync(Given.Job());
}

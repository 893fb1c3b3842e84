using BatchPlatform.Worker.Secrets;

namespace BatchPlatform.Worker.Tests.Secrets;

public sealed class HostBindingTests
{
    [Theory]
    [InlineData("api.example.com", "https://api.example.com")]
    [InlineData("api.example.com", "https://API.Example.com:8443/x")]
    [InlineData("API.example.com:8443", "https://api.example.com:8443")]
    [InlineData("api.example.com:443", "https://api.example.com")]
    [InlineData("bücher.example", "https://xn--bcher-kva.example/")]
    [InlineData("127.0.0.1:80", "http://127.0.0.1/")]
    [InlineData("[::1]:8080", "http://[::1]:8080")]
    public void A_host_covers_itself(string host, string address) => Assert.True(HostBinding.TryParse(host)!.Covers(new Uri(address)));

    [Theory]
    [InlineData("api.example.com", "https://example.com")]
    [InlineData("example.com", "https://api.example.com")]
    [InlineData("example.com", "https://example.com.evil.com")]
    [InlineData("example.com", "https://evil.com/example.com")]
    [InlineData("example.com", "https://example.com@evil.com")]
    [InlineData("example.com:443", "https://example.com:8443")]
    [InlineData("example.com:443", "http://example.com")]
    [InlineData("127.0.0.1", "http://127.0.0.2")]
    public void A_host_covers_nothing_else(string host, string address) => Assert.False(HostBinding.TryParse(host)!.Covers(new Uri(address)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("https://example.com")]
    [InlineData("example.com/")]
    [InlineData("example.com/path")]
    [InlineData("*.example.com")]
    [InlineData("user@example.com")]
    [InlineData("example.com:0")]
    [InlineData("example.com:70000")]
    [InlineData("example.com:")]
    [InlineData("example.com:x")]
    [InlineData("example.com,other.com")]
    [InlineData("a b")]
    public void What_is_no_host_is_refused(string text) => Assert.Null(HostBinding.TryParse(text));
}

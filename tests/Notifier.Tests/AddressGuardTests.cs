using System.Net;
using BatchPlatform.Defaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier.Tests;

public sealed class AddressGuardTests
{
    private static readonly AddressGuard Strict = Guard(new CallbackOptions());

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")] // Alibaba's metadata
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")] // Azure's platform
    [InlineData("169.254.169.254")] // metadata of most clouds
    [InlineData("169.254.170.2")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")] // Oracle's metadata
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("::ffff:32.1.1.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")] // NAT64 of 127.0.0.1
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("100::1")]
    [InlineData("2001::1")] // Teredo
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")] // 6to4 of 127.0.0.1
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")] // Amazon's metadata
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_public_is_refused(string address) => Assert.False(Strict.Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00:1450:4001:81b::200e")]
    public void A_public_address_is_allowed(string address) => Assert.True(Strict.Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://2130706433/")] // 127.0.0.1 as one number
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://user:pass@example.com/")]
    [InlineData("https://example.com@127.0.0.1/")]
    [InlineData("http://example.com/")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("//example.com/")]
    [InlineData("/relative")]
    [InlineData("example.com")]
    [InlineData("")]
    public void A_hostile_address_is_refused_as_it_is_written(string address) => Assert.NotNull(Strict.FaultOf(address));

    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("https://example.com:8443/path?query=1")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://[2606:4700::1111]/")]
    public void An_ordinary_address_may_be_tried(string address) => Assert.Null(Strict.FaultOf(address));

    [Fact]
    public void Loopback_when_allowed_is_this_machine_only_and_may_be_http_there()
    {
        var guard = Guard(new CallbackOptions { AllowLoopback = true });

        Assert.True(guard.Allows(IPAddress.Loopback));
        Assert.True(guard.Allows(IPAddress.IPv6Loopback));
        Assert.False(guard.Allows(IPAddress.Parse("10.0.0.1")));
        Assert.Null(guard.FaultOf("http://127.0.0.1:9000/"));
        Assert.Null(guard.FaultOf("http://localhost/"));
        Assert.NotNull(guard.FaultOf("http://example.com/"));
    }

    [Fact]
    public void Http_when_allowed_does_not_open_other_networks()
    {
        var guard = Guard(new CallbackOptions { AllowHttp = true });

        Assert.Null(guard.FaultOf("http://example.com/"));
        Assert.NotNull(guard.FaultOf("http://10.0.0.1/"));
    }

    [Fact]
    public void Http_allowed_for_one_address_does_not_open_other_networks_either()
    {
        var guard = Guard(new CallbackOptions());

        Assert.Null(guard.FaultOf("http://example.com/", allowHttp: true));
        Assert.NotNull(guard.FaultOf("http://example.com/"));
        Assert.NotNull(guard.FaultOf("http://127.0.0.1/", allowHttp: true));
        Assert.NotNull(guard.FaultOf("ftp://example.com/", allowHttp: true));
    }

    [Fact]
    public void A_listed_network_is_allowed_and_its_neighbours_are_not()
    {
        var guard = Guard(new CallbackOptions { Allow = ["10.1.0.0/16", "fd12:3456::/32"] });

        Assert.True(guard.Allows(IPAddress.Parse("10.1.2.3")));
        Assert.True(guard.Allows(IPAddress.Parse("fd12:3456::1")));
        Assert.False(guard.Allows(IPAddress.Parse("10.2.0.1")));
    }

    [Theory]
    [InlineData("10.1.0.0")]
    [InlineData("10.1.0.0/33")]
    [InlineData("intranet")]
    public void A_network_that_cannot_be_read_fails_the_start(string network)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Callbacks:Allow:0", network)]).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddAddressGuard().BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<AddressGuard>());
        Assert.Contains(network, error.Message, StringComparison.Ordinal);
    }

    private static AddressGuard Guard(CallbackOptions options) => new(Options.Create(options));
}

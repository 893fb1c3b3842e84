using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Notifier.Tests;

/// <summary>
/// Addresses by which a client could try to reach our networks. Each goes through everything that a callback goes through,
/// beyond the check at its creation: what counts is that no connection is begun, of which the runtime itself keeps count.
/// </summary>
[Collection(nameof(Alone))]
public sealed class HostileUrlTests
{
    // What a name server that is the client's own says.
    private static readonly Dictionary<string, string[]> Lies = new()
    {
        ["loopback.attacker.example"] = ["127.0.0.1"],
        ["loopback6.attacker.example"] = ["::1"],
        ["private.attacker.example"] = ["10.0.0.1"],
        ["metadata.attacker.example"] = ["169.254.169.254"],
        ["metadata.google.internal"] = ["169.254.169.254"],
        ["mixed.attacker.example"] = ["93.184.216.34", "127.0.0.1"],
        ["mixed6.attacker.example"] = ["2606:4700::1111", "fd00:ec2::254"],
        ["mapped.attacker.example"] = ["::ffff:10.0.0.1"],
        ["nat64.attacker.example"] = ["64:ff9b::a9fe:a9fe"],
        ["6to4.attacker.example"] = ["2002:7f00:1::"],
        ["cgnat.attacker.example"] = ["100.64.0.1"],
        ["nothing.attacker.example"] = [],
        ["localhost"] = ["127.0.0.1", "::1"],
        ["localhost."] = ["127.0.0.1"],
        ["app.localhost"] = ["127.0.0.1"],
        ["127.0.0.1.nip.example"] = ["127.0.0.1"],
    };

    public static TheoryData<string> Urls =>
    [
        // Loopback, in every notation that somebody's parser takes.
        "https://127.0.0.1/", "https://127.0.0.1:6379/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/",
        "https://0x7f.0.0.1/", "https://0x7F.1/", "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1./", "https://127.8.9.10/",
        "https://[::1]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
        "https://0/", "https://0.0.0.0/", "https://[::]/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://%31%32%37.0.0.1/", "https://[::1%25lo]/",
        // Private, shared and link-local networks.
        "https://10.0.0.1/", "https://167772161/", "https://0xa000001/", "https://012.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.0.1/",
        "https://3232235521/", "https://192.168.257/", "https://100.64.0.1/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fe80::1]/", "https://[fec0::1]/",
        // Where clouds keep credentials.
        "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://[::ffff:a9fe:a9fe]/",
        "https://[fd00:ec2::254]/", "https://169.254.170.2/v2/credentials", "https://100.100.100.200/", "https://192.0.0.192/", "https://168.63.129.16/",
        // Addresses that carry another one.
        "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::10.0.0.1]/", "https://[64:ff9b:1::a00:1]/", "https://[2002:7f00:1::]/", "https://[2002:a00:1::1]/", "https://[2001:0:7f00:1::]/",
        // Not meant for one receiver.
        "https://224.0.0.1/", "https://239.255.255.250:1900/", "https://255.255.255.255/", "https://240.0.0.1/", "https://[ff02::1]/", "https://198.18.0.1/", "https://192.0.2.1/", "https://[2001:db8::1]/",
        // Names that mean any of these.
        "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://app.localhost/", "https://127.0.0.1.nip.example/", "https://loopback.attacker.example/",
        "https://loopback6.attacker.example/", "https://private.attacker.example/", "https://metadata.attacker.example/", "https://metadata.google.internal/", "https://mixed.attacker.example/",
        "https://mixed6.attacker.example/", "https://mapped.attacker.example/", "https://nat64.attacker.example/", "https://6to4.attacker.example/", "https://cgnat.attacker.example/",
        "https://nothing.attacker.example/",
        // Credentials, other protocols, and what is no address.
        "https://user:pass@loopback.attacker.example/", "https://example.com@127.0.0.1/", "https://127.0.0.1#@example.com/", "https://example.com\\@127.0.0.1/", "http://127.0.0.1/",
        "http://loopback.attacker.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "unix:///var/run/docker.sock", "//127.0.0.1/", "/etc/passwd", "https://", "https:///", "",
    ];

    [Fact]
    public void The_table_is_long() => Assert.True(Urls.Cast<object[]>().Count() >= 60);

    [Theory]
    [MemberData(nameof(Urls))]
    public async Task No_connection_is_begun(string url)
    {
        using var connections = new Connections();
        await using var store = TestStore.Sqlite();
        await using var host = await NotifierHost.StartAsync(
            store, new() { ["Callbacks:AllowLoopback"] = "false" }, services => services.AddGuard(Lies));
        connections.Begun.Clear();

        // As lenient as a callback can be: what is left is the guard.
        await host.EndAsync(7, new Callback(url, AllowHttp: true));
        var delivery = await host.AttemptedAsync(1);

        Assert.Equal(DeliveryStates.Waiting, delivery.State);
        Assert.Equal(0, (await host.AttemptsAsync()).Single().StatusCode);
        Assert.Empty(connections.Begun);
    }

    [Fact]
    public async Task A_connection_would_have_been_counted()
    {
        using var connections = new Connections();
        await using var receiver = await Receiver.StartAsync();
        await using var store = TestStore.Sqlite();
        await using var host = await NotifierHost.StartAsync(store);

        await host.EndAsync(7, receiver.Url);
        await host.AttemptedAsync(1);

        Assert.NotEmpty(connections.Begun);
    }

    [Fact]
    public async Task A_name_that_means_something_else_at_the_second_attempt_is_judged_again()
    {
        using var connections = new Connections();
        var answers = new Queue<string[]>([[], ["127.0.0.1"]]);
        var asked = 0;
        await using var store = TestStore.Sqlite();
        await using var host = await NotifierHost.StartAsync(store, new() { ["Callbacks:AllowLoopback"] = "false" }, services => services.AddGuard((_, _) =>
        {
            asked++;
            return Task.FromResult(Array.ConvertAll(answers.Dequeue(), IPAddress.Parse));
        }));

        await host.EndAsync(7, "https://rebinding.attacker.example/");
        await host.AttemptedAsync(1);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await host.AttemptedAsync(2);

        Assert.Equal(2, asked);
        Assert.Empty(connections.Begun);
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    /// <summary>Hears of each connection that a socket of this process begins.</summary>
    private sealed class Connections : EventListener
    {
        public ConcurrentQueue<string> Begun { get; } = new();

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Net.Sockets")
            {
                EnableEvents(eventSource, EventLevel.Informational);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName == "ConnectStart")
            {
                Begun.Enqueue($"{eventData.Payload?[0]}");
            }
        }
    }
}

internal static class LyingGuard
{
    public static void AddGuard(this IServiceCollection services, Dictionary<string, string[]> names) => services.AddGuard((name, _) =>
        names.TryGetValue(name.ToLowerInvariant(), out var addresses)
            ? Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse))
            : Task.FromResult(IPAddress.TryParse(name, out var literal) ? new[] { literal } : []));

    public static void AddGuard(this IServiceCollection services, Func<string, CancellationToken, Task<IPAddress[]>> resolve) =>
        services.AddSingleton(provider => new AddressGuard(provider.GetRequiredService<IOptions<CallbackOptions>>()) { Resolve = resolve });
}

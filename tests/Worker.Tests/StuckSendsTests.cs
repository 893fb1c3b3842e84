using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchPlatform.Worker.Tests;

/// <summary>A bus whose sends never complete ends its process, but not when it is the broker that takes none.</summary>
public sealed class StuckSendsTests
{
    private static readonly IConfiguration Nowhere = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Bus", "amqp://nowhere/")]).Build();
    private readonly FakeClock _clock = new();
    private readonly FakeBroker _broker;
    private readonly SendContext<AnnounceWorkers> _message = new MassTransit.Context.MessageSendContext<AnnounceWorkers>(new AnnounceWorkers());
    private readonly StuckSends _watch;
    private int _ends;

    public StuckSendsTests()
    {
        _broker = new FakeBroker(_clock);
        _watch = new StuckSends(_broker, () => _ends++, _clock, NullLogger<StuckSends>.Instance);
    }

    [Fact]
    public async Task A_send_that_hangs_while_the_broker_takes_others_ends_the_process()
    {
        await _watch.PreSend(_message);

        await PassAsync(StuckSends.Patience + StuckSends.Grace);
        Assert.Equal(0, _ends);
        await PassAsync(TimeSpan.FromSeconds(4));
        Assert.NotEqual(0, _ends);
    }

    [Fact]
    public async Task While_the_broker_takes_nothing_the_process_stays_and_then_has_time_to_connect_again()
    {
        _broker.IsWell = false;
        await _watch.PreSend(_message);
        await PassAsync(TimeSpan.FromMinutes(10));

        _broker.IsWell = true;
        await PassAsync(StuckSends.Grace);
        await _watch.SendFault(_message, new TimeoutException());
        await PassAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(0, _ends);
    }

    [Fact]
    public async Task Nobody_asks_the_broker_while_nothing_hangs()
    {
        await _watch.PreSend(_message);
        await _watch.PostSend(_message);

        await PassAsync(TimeSpan.FromMinutes(10));

        Assert.Equal((0, 0), (_ends, _broker.Asked));
    }

    [Fact]
    public async Task Whatever_a_real_bus_sends_is_known_to_have_ended()
    {
        await using var rabbit = await RabbitVirtualHost.CreateAsync();
        using var host = await BusAsync(rabbit.ConnectionString);
        var bus = host.Services.GetRequiredService<IBus>();
        var client = bus.CreateRequestClient<GetUpstream>(new Uri("exchange:stuck-sends"));

        for (var message = 0; message < 50; message++)
        {
            await bus.Publish(new AnnounceWorkers());
            await (await bus.GetSendEndpoint(new Uri("exchange:stuck-sends"))).Send(new AnnounceWorkers());
            await client.GetResponse<UpstreamAnswer>(new GetUpstream("places", 1));
        }

        await Eventually.Equal(0, () => host.Services.GetRequiredService<StuckSends>().InFlight);
        Assert.True(await host.Services.GetRequiredService<BrokerProbe>().TakesMessagesAsync(CancellationToken.None));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_broker_that_is_not_there_takes_nothing()
    {
        var nowhere = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Bus", $"amqp://guest:guest@127.0.0.1:{LoopbackPort.Next()}/")]).Build();

        Assert.False(await new BrokerProbe(nowhere, TimeProvider.System, NullLogger<BrokerProbe>.Instance).TakesMessagesAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_connection_is_made_as_soon_as_the_broker_takes_messages()
    {
        var broker = new FakeBroker(_clock) { IsWell = false };
        var waiting = broker.UntilItTakesMessagesAsync(CancellationToken.None);
        for (var tries = 1; tries < 50; tries++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.False(waiting.IsCompleted);
        }

        broker.IsWell = true;
        _clock.Advance(TimeSpan.FromSeconds(1));

        await waiting;
    }

    [Fact]
    public async Task A_process_that_ends_waits_for_no_broker()
    {
        using var ending = new CancellationTokenSource();
        var waiting = new FakeBroker(_clock) { IsWell = false }.UntilItTakesMessagesAsync(ending.Token);

        await ending.CancelAsync();

        await waiting;
    }

    private static async Task<IHost> BusAsync(string address)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Bus:Transport", "RabbitMq"), new("ConnectionStrings:Bus", address)]);
        builder.Services.AddBus(builder.Configuration, new BusPart(_ => { }, (_, queues) => queues.Durable("stuck-sends", 1, queue =>
        {
            queue.Handler<AnnounceWorkers>(_ => Task.CompletedTask);
            queue.Handler<GetUpstream>(context => context.RespondAsync(new UpstreamAnswer(null)));
        })));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end;)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _watch.TickAsync(CancellationToken.None);
        }
    }

    private sealed class FakeBroker(TimeProvider time) : BrokerProbe(Nowhere, time, NullLogger<BrokerProbe>.Instance)
    {
        public bool IsWell { get; set; } = true;

        public int Asked { get; private set; }

        public override Task<bool> TakesMessagesAsync(CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(IsWell);
        }
    }
}

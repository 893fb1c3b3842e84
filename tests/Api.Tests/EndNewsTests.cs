using BatchPlatform.Api.Reading;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>News of ended batches, by the real broker.</summary>
public sealed class EndNewsTests(RabbitVirtualHost rabbit) : IClassFixture<RabbitVirtualHost>
{
    [Fact]
    public async Task Every_api_hears_which_batches_have_ended()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        Guid[] ended = [Guid.NewGuid(), Guid.NewGuid()];
        using var first = one.Services.GetRequiredService<EndNews>().Of(ended[0]);
        using var second = other.Services.GetRequiredService<EndNews>().Of(ended[1]);

        await one.Services.GetRequiredService<IBus>().Publish(new BatchesEnded(ended));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        await first.PauseAsync(TimeSpan.FromDays(1), TimeProvider.System, patience.Token);
        await second.PauseAsync(TimeSpan.FromDays(1), TimeProvider.System, patience.Token);
    }

    private Task<ApiApp> StartAsync() =>
        ApiApp.StartAsync(new Dictionary<string, string?> { ["Bus:Transport"] = "RabbitMq", ["ConnectionStrings:Bus"] = rabbit.ConnectionString });
}

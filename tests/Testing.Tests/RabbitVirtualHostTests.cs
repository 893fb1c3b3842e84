using System.Net;
using System.Text;
using RabbitMQ.Client;
using Xunit;

namespace BatchPlatform.Testing.Tests;

public sealed class RabbitVirtualHostTests(RabbitVirtualHost shared) : IClassFixture<RabbitVirtualHost>
{
    [Fact]
    public async Task A_quorum_queue_takes_a_message_and_gives_it_back()
    {
        await using var connection = await ConnectAsync(shared);
        await using var channel = await connection.CreateChannelAsync();
        await DeclareAsync(channel, "letters");
        await channel.BasicPublishAsync("", "letters", Encoding.UTF8.GetBytes("hello"));

        await Eventually.Equal("hello", async () => Text(await channel.BasicGetAsync("letters", autoAck: true)));
    }

    [Fact]
    public async Task What_one_virtual_host_holds_another_does_not_see()
    {
        await using var other = await RabbitVirtualHost.CreateAsync();
        await using var connection = await ConnectAsync(shared);
        await using var channel = await connection.CreateChannelAsync();
        await DeclareAsync(channel, "mine");

        Assert.Equal("[]", await other.Api.GetStringAsync(new Uri($"queues/{other.Name}", UriKind.Relative)));
    }

    [Fact]
    public async Task It_is_gone_in_the_end_even_when_a_connection_is_still_open()
    {
        var host = await RabbitVirtualHost.CreateAsync();
        await using var connection = await ConnectAsync(host);

        await host.DisposeAsync();

        using var answer = await shared.Api.GetAsync(new Uri($"vhosts/{host.Name}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static Task<IConnection> ConnectAsync(RabbitVirtualHost host) =>
        new ConnectionFactory { Uri = new Uri(host.ConnectionString) }.CreateConnectionAsync();

    private static Task<QueueDeclareOk> DeclareAsync(IChannel channel, string queue) =>
        channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" });

    private static string? Text(BasicGetResult? message) =>
        message is null ? null : Encoding.UTF8.GetString(message.Body.Span);
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;

namespace BatchPlatform.Notifier.Tests;

/// <summary>Callbacks as they arrive, checked by the example of docs/callbacks.md with a library that others wrote.</summary>
public sealed class SignatureTests : IAsyncDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    private static readonly string Folder = Path.Combine(RepositoryPaths.Root, "tests", "Notifier.Tests", "StandardWebhooks");
    private readonly TestStore _store = TestStore.Sqlite();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public void The_example_of_the_specification_comes_out_the_same()
    {
        var signature = CallbackSignature.Of([Secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"u8.ToArray());

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("csv")]
    [InlineData("none")]
    public async Task Anybody_can_check_what_arrives(string format)
    {
        var received = await ReceivedAsync(format, host => [host.Secret(Secret)]);

        Assert.Single(received.Headers["webhook-signature"].Split(' '));
        Assert.True(await IsGoodAsync(Secret, received));
        Assert.False(await IsGoodAsync(Other, received));
        Assert.False(await IsGoodAsync(Secret, received with { Body = received.Body + " " }));
        Assert.False(await IsGoodAsync(Secret, received with { Headers = new Dictionary<string, string>(received.Headers) { ["webhook-id"] = "another" } }));
    }

    [Fact]
    public async Task While_a_secret_is_changed_the_old_one_and_the_new_one_both_fit()
    {
        var received = await ReceivedAsync("json", host =>
        {
            var now = host.Clock.GetUtcNow().UtcDateTime;
            return [host.Secret(Secret), host.Secret(Other, now.AddHours(1)), host.Secret("whsec_" + new string('A', 32), now)];
        });

        Assert.Equal(2, received.Headers["webhook-signature"].Split(' ').Length);
        Assert.True(await IsGoodAsync(Secret, received));
        Assert.True(await IsGoodAsync(Other, received));
    }

    [Fact]
    public async Task What_cannot_be_signed_is_not_sent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store);
        await host.EndAsync(7, new Callback(receiver.Url, Secrets: [new CallbackSecret("no secret of ours")]));

        var delivery = await host.AttemptedAsync(1);

        Assert.Equal(DeliveryStates.Waiting, delivery.State);
        Assert.Contains("secret cannot be read", (await host.AttemptsAsync()).Single().Answer, StringComparison.Ordinal);
        Assert.Empty(receiver.Received);
    }

    private async Task<Received> ReceivedAsync(string format, Func<NotifierHost, IReadOnlyList<CallbackSecret>> secrets)
    {
        // The library compares the timestamp with its own clock.
        await using var receiver = await Receiver.StartAsync();
        await using var host = await NotifierHost.StartAsync(_store, clock: new FakeClock(TimeProvider.System.GetUtcNow()));
        await host.EndAsync(7, new Callback(receiver.Url, format, Secrets: secrets(host)));
        await Eventually.Equal(1, () => receiver.Received.Count);
        return receiver.Received[0];
    }

    private static async Task<bool> IsGoodAsync(string secret, Received received)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            throw new InvalidOperationException($"The verifier is not installed. Run ./test.sh, or in {Folder}: npm ci");
        }

        using var node = Process.Start(new ProcessStartInfo("node", ["verify.mjs", Path.Combine(RepositoryPaths.Root, "docs", "callbacks.md")])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        })!;
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { secret, headers = received.Headers, body = received.Body }));
        node.StandardInput.Close();
        var errors = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode switch
        {
            0 => true,
            1 => false,
            _ => throw new InvalidOperationException($"The verifier failed:\n{errors}"),
        };
    }
}

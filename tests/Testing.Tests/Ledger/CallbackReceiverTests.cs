using System.Net;
using System.Net.Http.Json;
using BatchPlatform.Testing.Ledger;
using Xunit;

namespace BatchPlatform.Testing.Tests.Ledger;

/// <summary>The receiver of callbacks that the ledger believes.</summary>
public sealed class CallbackReceiverTests
{
    [Fact]
    public async Task It_notes_what_it_takes_and_refuses_while_it_is_down()
    {
        var batch = Guid.NewGuid();
        await using var receiver = await CallbackReceiver.StartAsync();

        receiver.IsDown = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(receiver, batch));
        receiver.IsDown = false;
        Assert.Equal(HttpStatusCode.OK, await CallAsync(receiver, batch));

        Assert.Equal(1, receiver.Refused);
        var note = Assert.Single(receiver.Notes);
        Assert.Equal(("one", batch, "batch.finished", 4), (note.WebhookId, note.Batch, note.Event, note.Run));
    }

    private static async Task<HttpStatusCode> CallAsync(CallbackReceiver receiver, Guid batch)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url) { Content = JsonContent.Create(new { data = new { run = 4 } }) };
        request.Headers.Add("webhook-id", "one");
        request.Headers.Add("batch-id", batch.ToString("D"));
        request.Headers.Add("batch-event", "batch.finished");
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}

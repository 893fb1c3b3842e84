using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>What a client is told, from its batch's creation at one process to the signature that another makes.</summary>
[Collection(nameof(OnePlatform))]
public sealed class CallbackTests(SamplePlatform platform)
{
    [Fact]
    public async Task A_callback_is_signed_with_the_secret_that_was_shown_its_link_opens_the_results_and_it_is_sent_again_on_request()
    {
        using var receiver = new HttpListener();
        var url = $"http://127.0.0.1:{LoopbackPort.Next()}/";
        receiver.Prefixes.Add(url);
        receiver.Start();
        var created = await SamplePlatform.ReadAsync(await platform.Client.PostAsJsonAsync("/v1/batches", new
        {
            commit = true,
            callback = new { url, include = "results" },
            jobs = new[] { new { @namespace = "places", action = "lookup", @params = new { name = "Lisbon" } } },
        }));

        var first = await NextAsync(receiver);
        var secret = created.GetProperty("callback").GetProperty("secret").GetString()!;
        Assert.Equal(Signature(secret, first), first.Signature);
        var data = JsonDocument.Parse(first.Body).RootElement.GetProperty("data");
        Assert.Equal("Completed", data.GetProperty("results")[0].GetProperty("state").GetString());
        using var stranger = new HttpClient { BaseAddress = platform.Client.BaseAddress };
        var download = await stranger.GetFromJsonAsync<JsonElement>(data.GetProperty("links").GetProperty("download").GetString());
        Assert.Equal(1, download.GetArrayLength());

        await SamplePlatform.ReadAsync(await platform.Client.PostAsync($"/v1/deliveries/{first.Id}/resend", content: null));
        var second = await NextAsync(receiver);
        Assert.Equal((first.Id, first.Body), (second.Id, second.Body));
        await Eventually.Equal(2, async () =>
            (await SamplePlatform.ReadAsync(await platform.Client.GetAsync($"/v1/batches/{created.GetProperty("id").GetString()}/deliveries")))
                .GetProperty("items")[0].GetProperty("attempts").GetArrayLength());
    }

    private static string Signature(string secret, Call call) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.{call.Body}")));

    private static async Task<Call> NextAsync(HttpListener receiver)
    {
        var context = await receiver.GetContextAsync().WaitAsync(Eventually.DefaultTimeout, TimeProvider.System);
        using var body = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var headers = context.Request.Headers;
        var call = new Call(headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, await body.ReadToEndAsync());
        context.Response.Close();
        return call;
    }

    private sealed record Call(string Id, string Timestamp, string Signature, string Body);
}

using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Ivvy;

/// <summary>Every example that the vendor prints, and the codes that it lists.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SeedTests(DialectHost host)
{
    private const string Repaired =
        """
        {
        "jobs":[{"namespace":"event","action":"inviteContacts","params":{"event":1,"contacts":[1,2,3]}}, {"namespace":"event","action":"inviteContacts","params":{"event":2,"contacts":[1,2,4]}}],
        "callbackUrl":"http://example.callback.url.com"
        }
        """;

    private readonly IvvyClient _client = new(host.Client);

    [Fact]
    public async Task Run_answers_200_with_the_asyncId()
    {
        var reply = await _client.AskAsync("batch", "run", Repaired);

        Assert.Equal(200, reply.Status);
        Shape.Fits("""{ "asyncId":"e35e06ee592d17a42dc9e6252a058617" }""", reply.Json);
        Assert.Matches("^[0-9a-f]{32}$", (string)reply.Json["asyncId"]!);
    }

    [Fact]
    public async Task The_body_as_it_is_printed_is_no_json_and_an_incorrect_job_format()
    {
        var reply = await _client.AskAsync(
            "batch",
            "run",
            """
            {
            "jobs":[{"namespace":"event",”action:"inviteContacts","params":{"event":1,"contacts":[1,2,3]}}, {"namespace":"event",”action:"inviteContacts","params":{"event":2,"contacts":[1,2,4]}},],
            "callbackUrl":"http://example.callback.url.com"
            }
            """);

        Assert.Equal("""400 {"errorCode":400,"message":"Incorrect Job Format","specificCode":24092}""", reply.ToString());
    }

    [Fact]
    public async Task The_callback_is_an_object_with_the_asyncId_and_a_result_for_each_job()
    {
        await using var receiver = await Receiver.StartAsync();
        var body = JsonNode.Parse(Repaired)!;
        body["callbackUrl"] = receiver.Url;

        var async = (string)(await _client.AskAsync("batch", "run", body.ToJsonString())).Json["asyncId"]!;

        var received = (await receiver.ReceiveAsync(1))[0];
        var told = JsonNode.Parse(received.Body)!;
        Assert.StartsWith("application/json", received.ContentType, StringComparison.Ordinal);
        Assert.False(received.IsSigned);
        Assert.Equal(async, (string?)told["asyncId"]);
        Assert.Equal(2, told["results"]!.AsArray().Count);
        Assert.Equal(["namespace", "action", "request", "response"], told["results"]![0]!.AsObject().Select(member => member.Key));
        Assert.True(JsonNode.DeepEquals(body["jobs"]![1]!["params"], told["results"]![1]!["request"]), received.Body);
        Assert.NotNull(told["results"]![0]!["response"]!["results"]![0]!["inviteLinkYes"]);
        Assert.True(JsonNode.DeepEquals(told, await _client.ResultsAsync(async)), received.Body);
    }
}

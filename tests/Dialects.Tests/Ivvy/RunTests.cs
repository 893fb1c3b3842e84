using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Ivvy;

/// <summary>What can be submitted, and what cannot.</summary>
[Collection(nameof(OnePlatform))]
public sealed class RunTests(DialectHost host)
{
    private const string Good = """{"namespace":"event","action":"inviteContacts","params":{"event":1,"contacts":[1]}}""";
    private readonly IvvyClient _client = new(host.Client);

    public static TheoryData<string, int> BadBodies => new()
    {
        { "", 24092 },
        { "{", 24092 },
        { "[]", 24092 },
        { "null", 24092 },
        { """{"jobs":"run them"}""", 24092 },
        { """{"jobs":{"namespace":"event"}}""", 24092 },
        { """{"jobs":["event"]}""", 24092 },
        { """{"jobs":[null]}""", 24092 },
        { """{"jobs":[{"action":"inviteContacts","params":{}}]}""", 24092 },
        { """{"jobs":[{"namespace":"event","params":{}}]}""", 24092 },
        { """{"jobs":[{"namespace":"","action":"inviteContacts","params":{}}]}""", 24092 },
        { """{"jobs":[{"namespace":7,"action":"inviteContacts","params":{}}]}""", 24092 },
        { """{"jobs":[{"namespace":"event","action":"inviteContacts","params":"none"}]}""", 24092 },
        { """{"jobs":[{"namespace":"event","action":"inviteContacts","params":[1]}]}""", 24092 },
        { """{"jobs":[{"namespace":"event","action":"inviteContacts","params":{"a":"\ud800"}}]}""", 24092 },
        { """{"jobs":[{"namespace":"nobody","action":"inviteContacts","params":{}}],"callbackUrl":"http://example.com"}""", 24092 },
        { """{"jobs":[{"namespace":"event","action":"nothing","params":{}}],"callbackUrl":"http://example.com"}""", 24092 },
        { "{}", 24093 },
        { """{"jobs":null}""", 24093 },
        { """{"jobs":[]}""", 24093 },
        { """{"jobs":[{"namespace":"event","action":"inviteContacts"}]}""", 24093 },
        { """{"jobs":[{"namespace":"event","action":"inviteContacts","params":null}]}""", 24093 },
        { $$"""{"jobs":[{{Good}}]}""", 23017 },
        { $$"""{"jobs":[{{Good}}],"callbackUrl":null}""", 23017 },
        { $$"""{"jobs":[{{Good}}],"callbackUrl":""}""", 23017 },
        { $$"""{"jobs":[{{Good}}],"callbackUrl":7}""", 23016 },
        { $$"""{"jobs":[{{Good}}],"callbackUrl":"nowhere"}""", 23016 },
        { $$"""{"jobs":[{{Good}}],"callbackUrl":"http://169.254.169.254/"}""", 23016 },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_submission_has_the_code_for_what_is_wrong(string body, int code) =>
        IvvyClient.IsRefusal(await _client.AskAsync("batch", "run", body), 400, code);

    [Fact]
    public async Task The_texts_are_the_vendors()
    {
        IvvyClient.IsRefusal(await _client.AskAsync("batch", "run", "{"), 400, 24092, "Incorrect Job Format");
        IvvyClient.IsRefusal(await _client.AskAsync("batch", "run", "{}"), 400, 24093, "Empty job parameter found");
        IvvyClient.IsRefusal(await _client.AskAsync("batch", "run", $$"""{"jobs":[{{Good}}]}"""), 400, 23017, "'callbackUrl' is required");
    }

    [Fact]
    public async Task A_job_that_nothing_can_run_is_named()
    {
        var reply = await _client.RunAsync([IvvyClient.Job(), IvvyClient.Job(space: "nobody")]);

        IvvyClient.IsRefusal(reply, 400, 24092);
        Assert.Equal("Job 2: namespace names no upstream", (string?)reply.Json["additionalMessages"]![0]);
    }

    [Fact]
    public async Task Two_hundred_jobs_are_taken_and_one_more_is_not()
    {
        var most = new JsonArray([.. Enumerable.Range(0, 200).Select(place => IvvyClient.Job(1 + (place % 40)))]);
        var tooMany = most.DeepClone().AsArray();
        tooMany.Add(IvvyClient.Job());

        var results = (await _client.ResultsAsync(await _client.StartAsync(most)))["results"]!.AsArray();

        Assert.Equal(most.Select(job => (int)job!["params"]!["event"]!), results.Select(result => (int)result!["request"]!["event"]!));
        IvvyClient.IsRefusal(await _client.RunAsync(tooMany), 400, 24448);
    }

    [Fact]
    public async Task Params_may_be_empty_also_as_php_writes_them()
    {
        var job = IvvyClient.Job();
        job["params"] = new JsonArray();

        var results = await _client.ResultsAsync(await _client.StartAsync([job]));

        Assert.Equal("{}", results["results"]![0]!["request"]!.ToJsonString());
        Assert.Equal(23017, (int)results["results"]![0]!["response"]!["specificCode"]!);
    }

    [Fact]
    public async Task The_content_type_does_not_matter()
    {
        using var content = new StringContent($$"""{"jobs":[{{Good}}],"callbackUrl":"http://example.com"}""", null, "text/plain");

        var reply = await host.Client.AskAsync(HttpMethod.Post, "/api/1.0/batch?action=run", content, ("X-Api-Authorization", $"IWS {DialectHost.Key}:x"));

        Assert.True(reply.Status == 200, reply.ToString());
    }
}

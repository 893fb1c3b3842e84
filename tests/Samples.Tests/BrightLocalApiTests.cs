using System.Net;
using System.Text;
using System.Text.Json;

namespace BatchPlatform.Samples.Tests;

/// <summary>What BrightLocal's jobs ask for.</summary>
public sealed class BrightLocalApiTests
{
    public static TheoryData<string> Paths
    {
        get
        {
            var actions = SampleUpstream.Definitions("http://127.0.0.1")["brightlocal"]!["actions"]!.AsObject();
            return [.. actions.Select(action => (string)action.Value!["path"]!)];
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Every_action_answers_with_a_list_that_is_always_the_same(string path)
    {
        await using var server = await SampleServer.StartAsync();
        const string Question = """{"profile-url":"https://local.example.org/1","country":"USA","reviews-limit":2}""";

        var (status, first) = await AskAsync(server, path, Question);
        var (_, second) = await AskAsync(server, path, Question);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEqual(0, JsonDocument.Parse(first).RootElement.GetArrayLength());
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task No_more_reviews_come_than_are_wanted()
    {
        await using var server = await SampleServer.StartAsync();

        var (_, reviews) = await AskAsync(server, "/brightlocal/ld/fetch-reviews", """{"profile-url":"https://local.example.org/google/hub","country":"USA","reviews-limit":1}""");

        Assert.Equal(1, JsonDocument.Parse(reviews).RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("""{"profile-url":"https://hub.invalid/"}""", HttpStatusCode.NotFound, 40401)]
    [InlineData("{", HttpStatusCode.BadRequest, 23016)]
    [InlineData("[]", HttpStatusCode.BadRequest, 23016)]
    public async Task What_cannot_be_answered_is_an_error(string question, HttpStatusCode status, int code)
    {
        await using var server = await SampleServer.StartAsync();

        var (answered, error) = await AskAsync(server, "/brightlocal/ld/fetch-reviews", question);

        Assert.Equal((status, code), (answered, JsonDocument.Parse(error).RootElement.GetProperty("specificCode").GetInt32()));
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(SampleServer server, string path, string question)
    {
        using var content = new StringContent(question, Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

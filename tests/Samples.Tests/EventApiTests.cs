using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Samples.Tests;

public sealed class EventApiTests
{
    [Fact]
    public async Task Each_contact_gets_an_answer_in_the_order_asked()
    {
        await using var server = await SampleServer.StartAsync();

        using var answer = await server.InviteAsync("""{"event":4,"contacts":[3,1,2]}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var results = (await answer.Content.ReadFromJsonAsync<Invitations>())!.Results;
        Assert.Equal([3, 1, 2], results.Select(result => result.Contact));
        Assert.All(results, result => Assert.True(result.Status));
        Assert.Equal(6, results.SelectMany(result => new[] { result.InviteLinkYes, result.InviteLinkNo }).Distinct().Count());
    }

    [Fact]
    public async Task A_repeated_invitation_has_the_same_links()
    {
        await using var server = await SampleServer.StartAsync();
        await using var another = await SampleServer.StartAsync();
        const string Body = """{"event":1,"contacts":[1,2,3]}""";

        using var first = await server.InviteAsync(Body);
        using var second = await another.InviteAsync(Body);

        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_unknown_contact_is_not_invited_and_has_no_links()
    {
        await using var server = await SampleServer.StartAsync();

        using var answer = await server.InviteAsync("""{"event":1,"contacts":[1,99999]}""");

        var unknown = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[1];
        Assert.Equal("""{"contact":99999,"status":false}""", unknown.GetRawText());
    }

    [Theory]
    [InlineData("""{"event":9001,"contacts":[1]}""", ApiError.EventNotFound)]
    [InlineData("""{"contacts":[1]}""", ApiError.RequiredMissing)]
    [InlineData("""{"event":1}""", ApiError.RequiredMissing)]
    [InlineData("""{"event":1,"contacts":[]}""", ApiError.RequiredMissing)]
    [InlineData("""null""", ApiError.RequiredMissing)]
    [InlineData("""{"event":"one","contacts":[1]}""", ApiError.DoesNotValidate)]
    [InlineData("""{"event":1,"contacts":"all"}""", ApiError.DoesNotValidate)]
    [InlineData("""{"event":""", ApiError.DoesNotValidate)]
    [InlineData("", ApiError.DoesNotValidate)]
    public async Task A_bad_invitation_is_refused_in_the_vendors_envelope(string body, int specificCode)
    {
        await using var server = await SampleServer.StartAsync();

        using var answer = await server.InviteAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(400, error.GetProperty("errorCode").GetInt32());
        Assert.Equal(specificCode, error.GetProperty("specificCode").GetInt32());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }
}

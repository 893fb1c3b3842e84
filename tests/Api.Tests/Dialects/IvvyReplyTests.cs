using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Tests.Dialects;

/// <summary>What iVvy's run answers when the store or the lifecycle fails it: its client must not submit twice what is there once.</summary>
public sealed class IvvyReplyTests : IAsyncLifetime
{
    private const string Body = """{"jobs":[{"namespace":"places","action":"lookup","params":{}}],"callbackUrl":"http://example.com/"}""";
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync()
    {
        _app = await ApiApp.StartAsync(time: _clock);
        _app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.CommandSeconds = 0.5;
    }

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_batch_whose_reply_was_lost_is_found()
    {
        _app.Lifecycle.Silent = command => command is CreateBatch;

        var (status, body) = await RunAsync();

        var made = Assert.IsType<CreateBatch>(Assert.Single(_app.Lifecycle.Commands));
        Assert.Equal((200, made.BatchId.ToString("N")), (status, (string?)body["asyncId"]));
    }

    [Fact]
    public async Task When_nobody_knows_the_answer_is_504_in_the_vendors_envelope()
    {
        _app.Lifecycle.Lost = command => command is CreateBatch;

        var (status, body) = await _clock.MoveUntilAsync(RunAsync());

        Assert.Equal((504, 504), (status, (int)body["errorCode"]!));
        Assert.Equal(["errorCode", "message", "specificCode"], body.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task What_could_not_be_stored_was_not_saved()
    {
        await _app.ReadAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE jobs RENAME TO elsewhere"));

        var (status, body) = await RunAsync();

        Assert.Equal(400, status);
        Assert.Equal("""{"errorCode":400,"message":"The information was not saved","specificCode":24091}""", body.ToJsonString());
        Assert.Empty(_app.Lifecycle.Commands);
    }

    [Fact]
    public async Task A_failure_of_ours_is_said_in_the_vendors_envelope()
    {
        await _app.ReadAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE keys RENAME TO elsewhere"));

        var (status, body) = await RunAsync();

        Assert.Equal((500, 500), (status, (int)body["errorCode"]!));
        Assert.DoesNotContain("keys", body.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<(int Status, JsonNode Body)> RunAsync()
    {
        using var client = _app.NewClient(key: null);
        client.DefaultRequestHeaders.Add("X-Api-Authorization", $"IWS {ApiApp.AdminKey}:");
        using var response = await client.PostAsync(new Uri("/api/1.0/batch?action=run", UriKind.Relative), Http.Text(Body, "application/json"));
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}

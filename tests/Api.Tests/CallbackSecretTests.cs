using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>What callbacks are signed with: shown once, and never readable in the store or the log.</summary>
public sealed class CallbackSecretTests(ApiApp app) : IClassFixture<ApiApp>
{
    private const string Given = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("")]
    [InlineData($",\"secret\":\"{Given}\"")]
    public async Task A_secret_is_shown_in_the_answer_that_creates_the_batch_and_nowhere_else(string member)
    {
        var created = await app.Client.PostAsync("/v1/batches", $$$"""{"callback":{"url":"https://example.org/hook"{{{member}}}}}""");

        var secret = Secret(created)!;
        Assert.True(member.Length > 0 ? secret == Given : Convert.FromBase64String(secret["whsec_".Length..]).Length == 32);
        Assert.Null(Secret(await app.Client.SendAsync(HttpMethod.Get, $"/v1/batches/{created.Id}")));
        var stored = await StoredAsync(created.Id);
        Assert.Equal(secret, Unprotect(Assert.Single(stored)));
        Assert.DoesNotContain(secret, JsonSerializer.Serialize(stored), StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_repeated_request_shows_the_same_secret_and_what_is_kept_for_that_is_encrypted()
    {
        const string Body = """{"callback":{"url":"https://example.org/hook"}}""";
        var first = await app.Client.PostAsync("/v1/batches", Body, "callback-secret");
        var second = await app.Client.PostAsync("/v1/batches", Body, "callback-secret");

        Assert.NotNull(Secret(first));
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(first.Message.Headers.Location, second.Message.Headers.Location);
        var kept = await app.ReadAsync(db => db.Idempotency.SingleAsync(row => row.Key == "callback-secret"));
        Assert.DoesNotContain(Secret(first)!, kept.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("callback", kept.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData($"\"{Given}\"")]
    public async Task A_new_secret_goes_before_the_old_one_which_is_good_for_another_day(string secret)
    {
        var created = await app.Client.PostAsync("/v1/batches", """{"callback":{"url":"https://example.org/hook"}}""");

        var changed = await PatchAsync(created.Id, $$$"""{"callback":{"secret":{{{secret}}}}}""");

        var secrets = PatchedSecrets(created.Id);
        Assert.Equal(2, secrets.Count);
        Assert.Null(secrets[0].Until);
        Assert.True(secret == "null" || Unprotect(secrets[0]) == Given);
        Assert.Equal(Secret(created), Unprotect(secrets[1]));
        Assert.InRange((secrets[1].Until!.Value - TimeProvider.System.GetUtcNow().UtcDateTime).TotalHours, 23, 24);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.NotNull(Secret(changed));
    }

    [Fact]
    public async Task A_callback_that_comes_later_gets_a_secret_too_and_another_address_keeps_it()
    {
        var without = await app.Client.CreateAsync();
        await PatchAsync(without, """{"callback":{"url":"https://example.org/hook"}}""");
        Assert.Single(PatchedSecrets(without));

        var created = await app.Client.CreateAsync("""{"callback":{"url":"https://example.org/hook"}}""");
        await PatchAsync(created, """{"callback":{"url":"https://example.org/other"}}""");
        Assert.Equal("""{"callback":{"url":"https://example.org/other"}}""", LastPatch(created));
    }

    [Theory]
    [InlineData("""{"callback":{"secret":"short"}}""", "callback.secret")]
    [InlineData("""{"callback":{"secrets":[]}}""", "callback.secrets")]
    [InlineData("""{"callback":{"url":"https://127.1/"}}""", "callback.url")]
    public async Task A_patch_that_does_not_fit_is_refused(string patch, string field)
    {
        var created = await app.Client.CreateAsync("""{"callback":{"url":"https://example.org/hook"}}""");

        var refused = await PatchAsync(created, patch);

        Assert.Equal((HttpStatusCode)422, refused.Status);
        Assert.Equal([field], refused.Fields);
    }

    private static string? Secret(Reply reply) => (string?)reply.Body!["callback"]!["secret"];

    private async Task<Reply> PatchAsync(Guid batch, string patch)
    {
        using var content = Http.Text(patch, "application/merge-patch+json");
        return await app.Client.SendAsync(HttpMethod.Patch, $"/v1/batches/{batch}", content);
    }

    private string LastPatch(Guid batch) => Assert.IsType<UpdateBatch>(app.Lifecycle.Commands.Last(command => command.BatchId == batch)).Patch;

    private List<CallbackSecret> PatchedSecrets(Guid batch) =>
        JsonNode.Parse(LastPatch(batch))!["callback"]!["secrets"].Deserialize<List<CallbackSecret>>(ApiJson.Options)!;

    private async Task<IReadOnlyList<CallbackSecret>> StoredAsync(Guid batch) =>
        (await app.ReadAsync(db => db.Batches.SingleAsync(row => row.CorrelationId == batch))).Callback!.Secrets!;

    private string Unprotect(CallbackSecret secret) => app.Services.GetRequiredService<SecretBox>().Unprotect(secret.Protected);
}

using BatchPlatform.Dialects.Tests.BrightLocal;
using BatchPlatform.Dialects.Tests.Ivvy;
using BatchPlatform.Dialects.Tests.Prolific;
using BatchPlatform.Dialects.Tests.Traject;

namespace BatchPlatform.Dialects.Tests;

/// <summary>A quota that has no room is told in each dialect's own words, and counts what any of them makes.</summary>
public sealed class QuotaTests
{
    private const string Search = """{"q":"pizza"}""";

    [Fact]
    public async Task A_batch_too_many_is_refused_in_each_dialects_words()
    {
        var host = await DialectHost.StartAsync(new() { ["Quotas:Batches"] = "1" });
        try
        {
            await new BrightLocalClient(host.Client).CreateAsync();

            var brightLocal = await new BrightLocalClient(host.Client).AskAsync(HttpMethod.Post, "batch");
            Assert.Equal(429, brightLocal.Status);
            Assert.Equal(["QUOTA_BATCHES"], brightLocal.Json["errors"]!.AsObject().Select(error => error.Key));
            IvvyClient.IsRefusal(await new IvvyClient(host.Client).RunAsync([IvvyClient.Job()]), 429, 23016);
            ProlificClient.Refused(429, await new ProlificClient(host.Client).AskAsync(
                HttpMethod.Post, "/batches", $$"""{"name":"Cats","workspace_id":"w1","task_details":{{ProlificClient.Details}} }"""));
            var traject = await new TrajectClient(host.Client).CreateAsync("""{"name":"one too many"}""");
            Assert.Equal((429, false), (traject.Status, (bool)traject.Json["request_info"]!["success"]!));
            Assert.Equal("5", await RetryAfterAsync(host));
            Assert.Equal(1, (int)(await host.Native.AskAsync(HttpMethod.Get, "/v1/usage")).Json["batches"]!["used"]!);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Jobs_too_many_are_refused_in_each_dialects_words_and_change_nothing()
    {
        var host = await DialectHost.StartAsync(new() { ["Quotas:PendingJobs"] = "1" });
        try
        {
            var (bright, prolific, traject) = (new BrightLocalClient(host.Client), new ProlificClient(host.Client), new TrajectClient(host.Client));
            var batch = await bright.CreateAsync();
            Assert.Equal(201, (await bright.AddAsync(batch)).Status);

            var refused = await bright.AddAsync(batch);
            Assert.Equal((429, "QUOTA_PENDING_JOBS"), (refused.Status, refused.Json["errors"]!.AsObject().Single().Key));
            IvvyClient.IsRefusal(await new IvvyClient(host.Client).RunAsync([IvvyClient.Job()]), 429, 23016);
            var tasks = await prolific.CreateAsync(await prolific.FilledDatasetAsync());
            ProlificClient.Refused(429, await prolific.SetUpAsync(tasks));
            Assert.Equal("UNINITIALISED", await prolific.StatusAsync(tasks));
            var searches = await traject.BatchAsync();
            Assert.Equal(429, (await traject.PutAsync(searches, $$"""{"searches":[{{Search}}]}""")).Status);
            Assert.Equal(1, (int)(await host.Native.AskAsync(HttpMethod.Get, "/v1/usage")).Json["pending_jobs"]!["used"]!);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<string?> RetryAfterAsync(DialectHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/seo-tools/api/v4/batch") { Content = Http.Form(("api-key", DialectHost.Key)) };
        using var response = await host.Client.SendAsync(request);
        return response.Headers.RetryAfter?.ToString();
    }
}

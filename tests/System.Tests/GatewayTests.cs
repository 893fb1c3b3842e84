using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The gateway before two real apis.</summary>
[Collection(nameof(OnePlatform))]
public sealed class GatewayTests(SamplePlatform platform)
{
    [Fact]
    public async Task An_api_killed_in_the_middle_costs_no_reader_his_answer()
    {
        var id = await platform.SubmitAsync(jobs: 1);
        var stop = false;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var answers = new List<HttpStatusCode>();
            while (!Volatile.Read(ref stop))
            {
                using var answer = await platform.Client.GetAsync($"/v1/batches/{id}");
                answers.Add(answer.StatusCode);
            }

            return answers;
        })).ToList();

        platform.Services.Apis[0].Kill();
        await platform.Services.Apis[0].WaitForExitAsync();
        for (var i = 0; i < 50; i++)
        {
            await platform.BatchAsync(id);
        }

        Volatile.Write(ref stop, true);
        Assert.All((await Task.WhenAll(readers)).SelectMany(answers => answers), status => Assert.Equal(HttpStatusCode.OK, status));
        // Back where the gateway knows it.
        var killed = platform.Services.Apis[0];
        platform.Services.Apis.RemoveAt(0);
        await platform.Services.AddAsync("services/api", platform.Services.Apis, killed.Port);
        await killed.DisposeAsync();
    }

    [Fact]
    public async Task The_description_is_served_and_its_page_holds_nothing_that_browsers_are_told_not_to_run()
    {
        using var page = await platform.Client.GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();

        Assert.Equal("/docs/index.html", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotMatch("<script>|<script (?!src=)| on[a-z]+=|javascript:", html);
        var described = await platform.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        Assert.True(described.GetProperty("paths").TryGetProperty("/v1/batches/{id}/commit", out _));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/ready/api")]
    [InlineData("/v1/..%2fhealth/ready")]
    public async Task Nothing_internal_is_reachable(string path)
    {
        using var answer = await platform.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}

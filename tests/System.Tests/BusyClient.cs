using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>A client that makes one batch after another, waits for each and reads its results, and notes whatever is not as it should be.</summary>
/// <param name="platform">Where.</param>
/// <param name="uploads">It uploads the jobs of its batches instead of sending them along.</param>
internal sealed class BusyClient(SamplePlatform platform, bool uploads)
{
    private const int InlineJobs = 3;
    private const int UploadedJobs = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public int Requests { get; private set; }

    /// <summary>What was made and is done, with all its results.</summary>
    public List<(long Number, int Jobs)> Batches { get; } = [];

    public List<string> Failures { get; } = [];

    public async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && Failures.Count == 0)
        {
            try
            {
                await RunBatchAsync();
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or FailedException)
            {
                Failures.Add($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {error.Message}");
            }
        }
    }

    private async Task RunBatchAsync()
    {
        var jobs = uploads ? UploadedJobs : InlineJobs;
        var batch = uploads ? await UploadAsync() : await AskAsync(HttpMethod.Post, "/v1/batches", JsonContent.Create(new { commit = true, jobs = Inline() }));
        var id = batch.GetProperty("id").GetString();
        var begun = Stopwatch.GetTimestamp();
        while ((await AskAsync(HttpMethod.Get, $"/v1/batches/{id}")).GetProperty("state").GetString() != "Finished")
        {
            Require(Stopwatch.GetElapsedTime(begun) < Patience, $"batch {id} is not finished after {Patience}");
            await Task.Delay(Pause, TimeProvider.System);
        }

        var results = await AskAsync(HttpMethod.Get, $"/v1/batches/{id}/results");
        Require(results.GetArrayLength() == jobs, $"batch {id} has {results.GetArrayLength()} results");
        Batches.Add((batch.GetProperty("number").GetInt64(), jobs));
    }

    private async Task<JsonElement> UploadAsync()
    {
        var batch = await AskAsync(HttpMethod.Post, "/v1/batches", JsonContent.Create(new { }));
        var path = $"/v1/batches/{batch.GetProperty("id").GetString()}";
        await AskAsync(HttpMethod.Post, $"{path}/jobs", new StringContent(Samples.Lines(UploadedJobs), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson")));
        return await AskAsync(HttpMethod.Post, $"{path}/commit");
    }

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        Requests++;
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await platform.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Require(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static IEnumerable<JsonElement> Inline() => Samples.Lines(InlineJobs).Split('\n').Select(line => JsonDocument.Parse(line).RootElement);

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new FailedException(otherwise);
        }
    }

    private sealed class FailedException(string message) : Exception(message);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Testing.Ledger;

/// <summary>How many jobs of a batch are in each state.</summary>
internal sealed record CountFacts(int Total, int Pending, int Queued, int Processing, int Completed, int Failed)
{
    public int Unfinished => Pending + Queued + Processing;
}

internal sealed record BatchFacts(Guid Id, long Number, string? Name, string State, int Run, CountFacts Counts);

internal sealed record RunFacts(int Run, int Root, string State, int Total, int Completed, int Failed);

internal sealed record ResultFacts(int Index, string State);

/// <summary>Reads the REST API the way a client does.</summary>
internal sealed class PlatformFacts(HttpClient client)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>One batch; null when there is none.</summary>
    public async Task<BatchFacts?> BatchAsync(Guid id)
    {
        using var answer = await client.GetAsync(new Uri($"/v1/batches/{id:D}", UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<BatchFacts>(Json);
    }

    /// <summary>All batches that there are.</summary>
    public Task<List<BatchFacts>> BatchesAsync() => PagesAsync<BatchFacts>("/v1/batches");

    public Task<List<RunFacts>> RunsAsync(Guid id) => PagesAsync<RunFacts>($"/v1/batches/{id:D}/runs");

    /// <summary>The outcomes of one run, or without one what the batch shows as its results.</summary>
    public async IAsyncEnumerable<ResultFacts> ResultsAsync(Guid id, int? run = null)
    {
        var path = $"/v1/batches/{id:D}/results?format=ndjson{(run is null ? "" : $"&run={run}")}";
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonSerializer.Deserialize<ResultFacts>(line, Json)!;
            }
        }
    }

    private async Task<List<T>> PagesAsync<T>(string path)
    {
        var all = new List<T>();
        string? cursor = null;
        do
        {
            var page = await client.GetFromJsonAsync<PageFacts<T>>(
                new Uri($"{path}?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", UriKind.Relative), Json);
            all.AddRange(page!.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    private sealed record PageFacts<T>(List<T> Items, string? NextCursor);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BatchPlatform.Samples.Tests;

/// <summary>One call of a job file.</summary>
internal sealed record Job(string Namespace, string Action, JsonObject Params, string CustomId)
{
    public static Job Parse(string line)
    {
        var job = JsonNode.Parse(line)!;
        return new Job((string)job["namespace"]!, (string)job["action"]!, job["params"]!.AsObject(), (string)job["custom_id"]!);
    }
}

/// <summary>Calls the server for a job exactly as the upstream definitions say.</summary>
internal sealed class JobRunner(SampleServer server)
{
    private readonly JsonObject _upstreams = SampleUpstream.Definitions(server.Url);

    public async Task<HttpResponseMessage> RunAsync(Job job)
    {
        var upstream = _upstreams[job.Namespace]!;
        var action = upstream["actions"]![job.Action]!;
        using var request = new HttpRequestMessage(
            HttpMethod.Parse((string)action["method"]!), $"{upstream["base_url"]}{action["path"]}?{Query(job, action)}");
        if ((string)action["body"]! == "json")
        {
            request.Content = JsonContent.Create(job.Params);
        }

        return await server.Client.SendAsync(request);
    }

    public async Task<(Job Job, HttpStatusCode Status)[]> RunAllAsync(IReadOnlyList<Job> jobs)
    {
        var ended = new (Job, HttpStatusCode)[jobs.Count];
        await Parallel.ForAsync(0, jobs.Count, async (index, _) =>
        {
            using var answer = await RunAsync(jobs[index]);
            ended[index] = (jobs[index], answer.StatusCode);
        });
        return ended;
    }

    private static string Query(Job job, JsonNode action) => string.Join('&', job.Params
        .Where(param => (string?)action["params"]?[param.Key] == "query")
        .Select(param => $"{param.Key}={Uri.EscapeDataString(param.Value!.ToString())}"));
}

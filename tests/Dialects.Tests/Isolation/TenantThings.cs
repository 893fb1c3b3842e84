using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchPlatform.Dialects.Tests.BrightLocal;
using BatchPlatform.Dialects.Tests.Ivvy;
using BatchPlatform.Dialects.Tests.Prolific;

namespace BatchPlatform.Dialects.Tests.Isolation;

/// <summary>One of everything that a tenant can have, in every API; and the same addresses of what never was.</summary>
internal sealed partial class TenantThings
{
    private const string Upstream = "event";
    private readonly Dictionary<string, string> _native = [];
    private readonly Dictionary<string, string> _prolific = [];
    private readonly Dictionary<string, Dictionary<string, string>> _traject = [];

    /// <summary>The ids, none of which another tenant may see; without small numbers, which may stand for anything.</summary>
    public IEnumerable<string> Ids => new[] { _native, _prolific }.SelectMany(each => each.Values).Concat(_traject.Values.Select(each => each["id"])).Where(id => id.Length >= 8);

    public static async Task<TenantThings> MakeAsync(HttpClient http, string key)
    {
        var things = new TenantThings();
        await things.MakeNativeAsync(http, key);
        await things.MakeProlificAsync(new ProlificClient(http, key));
        await things.MakeTrajectAsync(http, key, "batches", "searches", """{"q":"London"}""");
        await things.MakeTrajectAsync(http, key, "collections", "requests", """{"q":"London","type":"web"}""");
        things._native["brightlocal"] = await new BrightLocalClient(http, key).CreateAsync();
        var ivvy = new IvvyClient(http, key);
        things._native["ivvy"] = await ivvy.StartAsync();
        await ivvy.ResultsAsync(things._native["ivvy"]);
        return things;
    }

    /// <summary>What stands in a row's address, query and body.</summary>
    public Dictionary<string, string> Real(RouteRow row)
    {
        var path = row.Pattern.Split('/');
        return row.Speech switch
        {
            Speech.Prolific => new(_prolific) { ["id"] = _prolific[path[4]], ["filename"] = "cats.csv" },
            Speech.Traject when path.Contains("collections") => new(_traject["collections"]),
            Speech.Traject => new(_traject["batches"]) { ["**rest"] = "1" },
            _ => new(_native)
            {
                ["id"] = _native.GetValueOrDefault(path.Length > 2 ? path[2] : "", ""),
                ["index"] = "0",
                ["n"] = "1",
                ["ns"] = Upstream,
                ["name"] = "acme",
                ["space"] = "batch",
            },
        };
    }

    /// <summary>The same of things that never were.</summary>
    public Dictionary<string, string> Never(RouteRow row)
    {
        var never = Real(row);
        foreach (var (name, value) in never)
        {
            never[name] = (name, value) switch
            {
                ("brightlocal", _) => "999999999",
                (_, { Length: 32 }) => $"{Guid.NewGuid():N}",
                (_, { Length: 36 }) => $"{Guid.NewGuid():D}",
                ("id", _) => "0FFFFFFF",
                _ => value,
            };
        }

        return never;
    }

    private async Task MakeNativeAsync(HttpClient http, string key)
    {
        using var client = new HttpClient { BaseAddress = http.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        var dataset = _native["datasets"] = (string)(await AskAsync(client, "POST", "/v1/datasets", """{"name":"towns"}"""))["id"]!;
        await AskAsync(client, "PUT", $"/v1/datasets/{dataset}/content", """[{"name":"Paris"}]""");
        var batch = _native["batches"] = (string)(await AskAsync(client, "POST", "/v1/batches", """{"callback":{"url":"https://example.org/hook"}}"""))["id"]!;
        var template = """{"namespace":"places","action":"lookup","params":{"name":"{{name}}"}}""";
        var expansion = await AskAsync(client, "POST", $"/v1/batches/{batch}/jobs", $$"""{"dataset":"{{dataset}}","template":{{template}},"commit":true}""");
        _native["expansion"] = (string)expansion["id"]!;
        await Eventually.Equal("Finished", async () => (string)(await AskAsync(client, "GET", $"/v1/batches/{batch}"))["state"]!);
        await Eventually.True(async () => (await AskAsync(client, "GET", $"/v1/batches/{batch}/deliveries"))["items"]!.AsArray().Count > 0);
        _native["deliveries"] = (string)(await AskAsync(client, "GET", $"/v1/batches/{batch}/deliveries"))["items"]![0]!["id"]!;
        _native["actions"] = (string)(await AskAsync(client, "POST", "/v1/jobs/actions", $$$"""{"action":"cancel","filter":{"batch":"{{{batch}}}"}}"""))["id"]!;
        _native["keys"] = key.Split('_')[1];
    }

    private async Task MakeProlificAsync(ProlificClient client)
    {
        var dataset = _prolific["datasets"] = await client.FilledDatasetAsync();
        _prolific["import"] = (string)(await client.GetAsync($"/datasets/{dataset}")).Json["imports"]![0]!["id"]!;
        _prolific["batches"] = await client.CreateAsync(dataset);
        await client.ReadyAsync(_prolific["batches"]);
    }

    private async Task MakeTrajectAsync(HttpClient http, string key, string batches, string searches, string search)
    {
        var word = batches == "batches" ? "batch" : "collection";
        Task<Reply> GetAsync(string path) => http.AskAsync(HttpMethod.Get, $"/{batches}/{path}{(path.Contains('?') ? '&' : '?')}api_key={key}");
        var made = await http.AskAsync(HttpMethod.Post, $"/{batches}?api_key={key}", Http.Json($$"""{"name":"one","{{searches}}":[{{search}}]}"""));
        Assert.True(made.Status == 200, made.ToString());
        var id = (string)made.Json[word]!["id"]!;
        await GetAsync($"{id}/start");
        await Eventually.Equal("idle", async () => (string)(await GetAsync(id)).Json[word]!["status"]!);
        _traject[batches] = new()
        {
            ["id"] = id,
            ["page"] = "1",
            ["set"] = "1",
            ["search"] = (string)(await GetAsync($"{id}/{searches}/1")).Json[searches]![0]!["id"]!,
            ["name"] = FileName().Match((await GetAsync($"{id}/results/1")).Text).Groups["name"].Value,
            ["list"] = FileName().Match((await GetAsync($"{id}/{searches}/json")).Text).Groups["name"].Value,
        };
    }

    private static async Task<JsonNode> AskAsync(HttpClient client, string method, string path, string? body = null)
    {
        var reply = await client.AskAsync(new HttpMethod(method), path, body is null ? null : Http.Json(body));
        Assert.True(reply.Status < 300, reply.ToString());
        return reply.Json;
    }

    [GeneratedRegex("""files/(?<name>[^?"\\]+)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}

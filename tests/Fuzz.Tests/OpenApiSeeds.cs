using System.Text;
using System.Text.Json.Nodes;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>A valid request for each operation, kind of body and set of members that the OpenAPI document describes.</summary>
internal sealed class OpenApiSeeds(JsonNode document, Random random)
{
    // Of members that may be left out, some are: each operation is tried with several bodies.
    private const int BodiesEach = 3;

    private const string Job = """{"namespace":"bench","action":"noop","params":{"n":1},"custom_id":"c"}""";

    private readonly SchemaSamples _samples = new(document, random);

    public IEnumerable<Seed> Read() =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key is "get" or "put" or "post" or "delete" or "patch"
        from seed in OfOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!)
        select seed;

    private IEnumerable<Seed> OfOperation(string method, string path, JsonNode operation)
    {
        var resource = path.Split('/')[2];
        var target = string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') ? PathValue(resource, segment[1..^1]) : segment));
        var kept = method == "POST" && path == $"/v1/{resource}" ? $"{resource}.id" : "";
        foreach (var (type, body) in Bodies(method, path, operation))
        {
            List<(string, string)> headers = [("Authorization", $"Bearer {Seed.Word("key")}")];
            if (type is not null)
            {
                headers.Add(("Content-Type", type));
            }

            var request = new FuzzRequest(method, target + Query(operation), headers, body is null ? null : Encoding.UTF8.GetBytes(body));
            yield return new Seed($"{method} {path}", request, kept, answer => (string?)answer["id"]);
        }
    }

    private static string PathValue(string resource, string name) => (resource, name) switch
    {
        (_, "id") => Seed.Word($"{resource}.id"),
        ("tenants", _) => Seed.Word("tenant"),
        (_, "index") => "0",
        (_, "n" or "run" or "number") => "1",
        _ => "bench",
    };

    private string Query(JsonNode operation)
    {
        var given = (operation["parameters"]?.AsArray() ?? [])
            .Where(parameter => (string?)parameter!["in"] == "query" && random.Next(2) == 0)
            .Select(parameter => $"{parameter!["name"]}={Uri.EscapeDataString(QueryValue((string)parameter["name"]!, parameter["schema"]))}")
            .ToList();
        return given.Count == 0 ? "" : $"?{string.Join('&', given)}";
    }

    private string QueryValue(string name, JsonNode? schema) => name switch
    {
        "limit" => "5",
        "format" => "ndjson",
        "state" => "Completed",
        "order" => "arrival",
        "tenant" => Seed.Word("tenant"),
        _ => schema is null ? "x" : _samples.Of(schema, name)?.ToString() ?? "x",
    };

    private IEnumerable<(string? Type, string? Body)> Bodies(string method, string path, JsonNode operation)
    {
        if (path.EndsWith("/jobs", StringComparison.Ordinal) && method == "POST")
        {
            yield return ("application/json", $"[{Job},{Job}]");
            yield return ("application/x-ndjson", $"{Job}\n{Job}\n");
            yield return ("text/csv", "namespace,action,custom_id,params.n\r\nbench,noop,a,1\r\n");
            yield return ("application/json", $$"""{"dataset":"{{Seed.Word("datasets.id")}}","template":{"namespace":"bench","action":"noop","params":{"n":"{{"{{n}}"}}"} } }""");
            yield break;
        }

        // As fast as may be, so that they are over within the rounds that are given to what goes on behind an answer.
        if (path.EndsWith("/actions", StringComparison.Ordinal) && method == "POST")
        {
            var (verb, filter) = path == "/v1/jobs/actions" ? ("cancel", $$$"""{"batch":"{{{Seed.Word("batches.id")}}}"}""") : ("pause", """{"state":"Created","name":"one"}""");
            yield return ("application/json", $$"""{"action":"{{verb}}","filter":{{filter}},"dry_run":true}""");
            yield return ("application/json", $$"""{"action":"{{verb}}","filter":{{filter}},"max_per_second":1000}""");
            yield break;
        }

        if (path == "/v1/batches" && method == "POST")
        {
            yield return ("application/json", "{}");
            yield return ("application/json", $$"""{"name":"one shot","commit":true,"jobs":[{{Job}}]}""");
            yield return ("application/json", $$"""{"recurring":true,"jobs":[{{Job}},{{Job}}],"callback":{"url":"https://receiver.example/"} }""");
        }

        if (operation["requestBody"]?["content"] is not JsonObject content)
        {
            yield return (null, null);
            yield break;
        }

        foreach (var (type, media) in content.SelectMany(each => Enumerable.Repeat(each, BodiesEach)))
        {
            yield return (type, type switch
            {
                "text/csv" => "a,b\r\n1,2\r\n",
                "application/x-ndjson" or "application/jsonl" => "{\"a\":1}\n",
                _ => media!["schema"] is { } schema ? _samples.Of(schema, "")?.ToJsonString() : "{}",
            });
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Dashboard.Masking;

namespace BatchPlatform.Dashboard.Jobs;

/// <summary>The call that a job makes, as a command for a terminal. Secrets are left for the reader to put in.</summary>
internal static class CurlCommand
{
    private const string NextLine = " \\\n  ";

    /// <summary>The command; null when the action is not called by HTTP, or is not defined any more.</summary>
    public static string? Of(Upstream? upstream, Job job, Mask mask)
    {
        if (upstream is null || !upstream.BaseUrl.StartsWith("http", StringComparison.Ordinal) || !upstream.Actions.TryGetValue(job.Action, out var action))
        {
            return null;
        }

        var parts = new Parts(action);
        if (mask.Covered(job.Params) is JsonObject covered)
        {
            foreach (var (name, value) in covered)
            {
                parts.Put(name, value);
            }
        }

        return parts.Command(upstream);
    }

    private sealed class Parts(UpstreamAction action)
    {
        private readonly JsonElement? _places = action.More.TryGetValue("params", out var places) ? places : null;
        private readonly string _bodyForm = action.More.TryGetValue("body", out var form) ? form.GetString() ?? "json" : "json";
        private readonly List<KeyValuePair<string, string?>> _query = [];
        private readonly List<string> _headers = [];
        private readonly JsonObject _body = [];
        private string _path = action.Path;

        private bool HasBody => _bodyForm != "none" && action.Method != "GET";

        public void Put(string name, JsonNode? value)
        {
            switch (PlaceOf(name))
            {
                case "path":
                    _path = _path.Replace($"{{{name}}}", Uri.EscapeDataString(TextOf(value)), StringComparison.Ordinal);
                    break;
                case "header":
                    _headers.Add($"{name}: {TextOf(value)}");
                    break;
                case "query":
                    _query.Add(KeyValuePair.Create(name, (string?)TextOf(value)));
                    break;
                default:
                    _body[name] = value?.DeepClone();
                    break;
            }
        }

        public string Command(Upstream upstream)
        {
            var command = new StringBuilder($"curl -X {action.Method} {Quoted(upstream.BaseUrl.TrimEnd('/') + _path + QueryString.Create(_query))}");
            foreach (var header in Secret(upstream).Concat(_headers))
            {
                command.Append(NextLine).Append("-H ").Append(Quoted(header));
            }

            if (HasBody && _bodyForm == "json")
            {
                command.Append(NextLine).Append("-H 'Content-Type: application/json'").Append(NextLine).Append("-d ").Append(Quoted(_body.ToJsonString()));
            }
            else if (HasBody)
            {
                foreach (var (name, value) in _body)
                {
                    command.Append(NextLine).Append("--data-urlencode ").Append(Quoted($"{name}={TextOf(value)}"));
                }
            }

            return command.ToString();
        }

        private string PlaceOf(string name)
        {
            if (_path.Contains($"{{{name}}}", StringComparison.Ordinal))
            {
                return "path";
            }

            return _places is { ValueKind: JsonValueKind.Object } places && places.TryGetProperty(name, out var place)
                ? place.GetString() ?? ""
                : HasBody ? "body" : "query";
        }

        private static IEnumerable<string> Secret(Upstream upstream)
        {
            if (!upstream.More.TryGetValue("auth", out var auth) || !auth.TryGetProperty("type", out var type) || type.GetString() is null or "none")
            {
                return [];
            }

            var header = auth.TryGetProperty("header", out var named) && type.GetString() == "header" ? named.GetString() : "Authorization";
            return [$"{header}: <the upstream's secret>"];
        }

        private static string TextOf(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var plain) ? plain : value?.ToJsonString() ?? "";

        private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Testing;
using Microsoft.Extensions.Configuration;

namespace BatchPlatform.Api.Tests.Upstreams;

/// <summary>docs/upstreams.md says what is so.</summary>
public sealed partial class UpstreamDocsTests(ApiApp app) : IClassFixture<ApiApp>
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "upstreams.md"));
    private static readonly Row[] Upstreams = Rows("## Settings", "and of each action");
    private static readonly Row[] Actions = Rows("and of each action", "## Secrets");

    public static TheoryData<string> Examples(string kind) =>
        [.. Fences().Matches(Text).Where(fence => fence.Groups["kind"].Value == kind).Select(fence => fence.Groups["json"].Value)];

    public static IEnumerable<object[]> Bounds =>
        from row in Upstreams
        let bounds = Range().Match(row.Bounds)
        where bounds.Success && JsonNode.Parse(row.Default) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        select new object[] { row.Member, bounds.Groups["from"].Value, bounds.Groups["to"].Value };

    [Theory]
    [MemberData(nameof(Examples), "upstream")]
    public async Task Every_definition_shown_is_taken(string json) =>
        Assert.Equal(HttpStatusCode.OK, (await app.Client.PutUpstreamAsync("shown", json)).Status);

    [Theory]
    [MemberData(nameof(Examples), "configuration")]
    public void Every_configuration_shown_binds(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Single(ConfiguredUpstreams.Read(new ConfigurationBuilder().AddJsonStream(stream).Build()));
    }

    [Fact]
    public void Every_example_is_checked() =>
        Assert.Equal(
            Text.Split("```json").Length - 1,
            Examples("upstream").Count + Examples("configuration").Count + Examples("upstream-import").Count);

    [Fact]
    public void Every_member_is_listed_with_its_default()
    {
        AssertListed(JsonSerializer.SerializeToNode(new Upstream(), ApiJson.Options)!, Upstreams);
        AssertListed(JsonSerializer.SerializeToNode(new UpstreamAction(), ApiJson.Options)!, Actions);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void A_number_may_be_at_its_bounds_and_not_beyond(string member, string from, string to)
    {
        var (least, most) = (decimal.Parse(from, CultureInfo.InvariantCulture), decimal.Parse(to, CultureInfo.InvariantCulture));
        Assert.Empty(FaultsWith(member, least));
        Assert.Empty(FaultsWith(member, most));
        Assert.Contains(member, FaultsWith(member, least - 1));
        Assert.Contains(member, FaultsWith(member, most + 1));
    }

    [Fact]
    public void All_numbers_are_bounded() => Assert.Equal(8, Bounds.Count());

    private static IEnumerable<string> FaultsWith(string member, decimal value)
    {
        var definition = Http.Json(UpstreamApp.With("""{"namespace":"bounds","limits":{"requests_per_second":1}}""")).AsObject();
        var path = member.Split('.');
        var holder = path.Length == 1 ? definition : (definition[path[0]] ??= new JsonObject()).AsObject();
        holder[path[^1]] = value;
        return UpstreamRules.Faults(definition.Deserialize<Upstream>(UpstreamJson.Options)!).Select(fault => fault.Field);
    }

    private static void AssertListed(JsonNode defaults, Row[] rows)
    {
        var members = Leaves(defaults, "").ToDictionary(leaf => leaf.Path, leaf => leaf.Value);
        Assert.Equal(members.Keys.Order(), rows.Select(row => row.Member).Order());
        Assert.All(rows, row => Assert.Equal(row.Default, members[row.Member]));
    }

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode node, string prefix) => node.AsObject().SelectMany(member =>
        member.Value is JsonObject { Count: > 0 } inner
            ? Leaves(inner, $"{prefix}{member.Key}.")
            : [($"{prefix}{member.Key}", member.Value?.ToJsonString() ?? "null")]);

    private static Row[] Rows(string from, string to) =>
    [
        .. TableRow().Matches(Text[Text.IndexOf(from, StringComparison.Ordinal)..Text.IndexOf(to, StringComparison.Ordinal)])
            .Select(row => new Row(row.Groups["member"].Value, row.Groups["default"].Value, row.Groups["bounds"].Value)),
    ];

    [GeneratedRegex(@"^```json (?<kind>[a-z-]+)\n(?<json>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fences();

    [GeneratedRegex(@"^\| `(?<member>[^`]+)` \| `(?<default>[^`]+)` \| (?<bounds>.*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^(?<from>\d+) to (?<to>\d+)(;|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Range();

    private sealed record Row(string Member, string Default, string Bounds);
}

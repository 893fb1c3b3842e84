using System.Text.Json;
using BatchPlatform.Client;
using BatchPlatform.Dashboard.Jobs;
using BatchPlatform.Dashboard.Masking;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard.Tests;

/// <summary>A job's call as a command for a terminal.</summary>
public sealed class CurlCommandTests
{
    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Params_go_to_their_places()
    {
        var command = Command("""{"method": "GET", "path": "/places/{id}", "params": {"X-Trace": "header"}, "body": "none"}""", """{"id": "a b", "lang": "pt", "X-Trace": "7"}""");

        Assert.StartsWith("curl -X GET 'https://places.example.com/v2/places/a%20b?lang=pt'", command, StringComparison.Ordinal);
        Assert.Contains("-H 'X-Trace: 7'", command, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_place_is_the_body_and_nothing_of_it_is_run_by_the_shell()
    {
        var command = Command("""{"method": "POST", "path": "/notes"}""", """{"text": "it's $(rm -rf /)"}""");

        Assert.EndsWith("-d '{\"text\":\"it\\u0027s $(rm -rf /)\"}'", command, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quote_in_a_form_is_quoted()
    {
        var command = Command("""{"method": "POST", "path": "/notes", "body": "form"}""", """{"text": "it's"}""");

        Assert.EndsWith(@"--data-urlencode 'text=it'\''s'", command, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_left_for_the_reader_to_put_in() =>
        Assert.Contains("-H 'X-Key: <the upstream", Command("""{"method": "GET", "path": "/", "body": "none"}""", "{}"), StringComparison.Ordinal);

    [Fact]
    public void What_is_masked_is_in_no_command() =>
        Assert.DoesNotContain("Lisbon", Command("""{"method": "GET", "path": "/", "body": "none"}""", """{"name": "Lisbon"}""", "name"), StringComparison.Ordinal);

    [Fact]
    public void What_is_not_called_by_HTTP_has_none() => Assert.Null(CurlCommand.Of(new Upstream { BaseUrl = "inprocess:" }, JobWith("{}"), NoMask()));

    private static string Command(string action, string parameters, params string[] mask)
    {
        var definition = $$"""{"base_url": "https://places.example.com/v2", "auth": {"type": "header", "header": "X-Key", "secret": "s"}, "actions": {"look": {{action}} } }""";
        return CurlCommand.Of(JsonSerializer.Deserialize<Upstream>(definition, Wire), JobWith(parameters), NoMask(mask))!;
    }

    private static Job JobWith(string parameters) =>
        new() { Index = 0, Namespace = "places", Action = "look", Params = JsonSerializer.Deserialize<JsonElement>(parameters) };

    private static Mask NoMask(params string[] names)
    {
        var options = new DashboardOptions();
        foreach (var name in names)
        {
            options.Mask.Add(name);
        }

        return new Mask(Options.Create(options));
    }
}

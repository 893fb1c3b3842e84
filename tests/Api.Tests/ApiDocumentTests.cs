using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

public sealed class ApiDocumentTests(ApiApp app) : IClassFixture<ApiApp>
{
    [Fact]
    public async Task The_api_describes_itself()
    {
        using var anybody = app.NewClient(key: null);
        var document = await anybody.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, document.Status);
        Assert.NotNull(document.Body!["paths"]!["/v1/batches/{id}/jobs"]!["post"]);
        Assert.Contains("swagger", await anybody.GetStringAsync("/docs/index.html"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Healthy", await anybody.GetStringAsync("/health/ready"));
    }

    // Clients are generated from it: what has no name would get one from the generator, or from the class that maps it.
    [Fact]
    public async Task Every_operation_and_parameter_has_a_name_and_a_description()
    {
        var operations = (await OperationsAsync()).Values;

        Assert.NotEmpty(operations);
        Assert.Distinct(operations.Select(operation => Text(operation, "operationId")));
        Assert.All(operations, operation => Assert.Matches("^[a-z-]+$", Text(operation, "operationId")));
        Assert.All(operations, operation => Assert.Matches("[^.]$", Text(operation, "summary")));
        Assert.All(operations.SelectMany(operation => operation.GetProperty("tags").EnumerateArray()), tag => Assert.Matches("^[a-z ]+$", tag.GetString()));
        Assert.All(operations.SelectMany(QueryParameters), parameter =>
        {
            Assert.Matches("^[a-z_]+$", Text(parameter, "name"));
            Assert.NotEmpty(Text(parameter, "description"));
        });
    }

    [Fact]
    public async Task What_an_error_leaves_out_is_not_required()
    {
        var document = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var error = document.GetProperty("components").GetProperty("schemas").GetProperty("ProblemError");

        Assert.Equal(["code", "message"], error.GetProperty("required").EnumerateArray().Select(member => member.GetString()).Order());
        Assert.Equal(["code", "field", "line", "message"], error.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order());
    }

    [Fact]
    public async Task Every_operation_may_be_asked_too_often_and_some_are_bound_by_quotas()
    {
        var limited = (await OperationsAsync()).ToDictionary(operation => operation.Key, operation => Text(operation.Value.GetProperty("responses").GetProperty("429"), "description"));

        Assert.All(limited.Values, description => Assert.Contains("RATE_LIMITED", description, StringComparison.Ordinal));
        Assert.Equal(
            ["add-jobs", "commit", "create-batch", "put-dataset-content", "resend-deliveries", "resend-delivery", "retry-failed", "start"],
            limited.Where(operation => operation.Value.Contains("QUOTA_", StringComparison.Ordinal)).Select(operation => operation.Key).Order());
    }

    [Fact]
    public async Task Operations_that_take_an_idempotency_key_say_so()
    {
        var keyed = (await OperationsAsync()).Where(operation => HeaderOf(operation.Value) is not null).ToDictionary();

        Assert.Equal(
            ["act-on-batches", "act-on-jobs", "add-jobs", "cancel-action", "cancel-job", "commit", "create-batch", "create-dataset", "create-key",
                "create-signing-secret", "pause", "resend-deliveries", "resend-delivery", "resume", "retry-failed", "start", "stop"],
            keyed.Keys.Order());
        Assert.All(keyed.Values, operation => Assert.NotEmpty(Text(HeaderOf(operation)!.Value, "description")));
        Assert.All(keyed.Values, operation => Assert.All(["400", "409", "422"], status => Assert.True(operation.GetProperty("responses").TryGetProperty(status, out _))));

        static JsonElement? HeaderOf(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(parameter => Text(parameter, "name") == "Idempotency-Key" && Text(parameter, "in") == "header").Cast<JsonElement?>().SingleOrDefault()
            : null;
    }

    [Fact]
    public async Task Operations_that_take_a_body_may_refuse_what_it_is()
    {
        var taking = (await OperationsAsync()).Where(operation => operation.Value.TryGetProperty("requestBody", out _)).ToList();

        Assert.NotEmpty(taking);
        Assert.All(taking, operation => Assert.All(["400", "415", "422"], status => Assert.True(operation.Value.GetProperty("responses").TryGetProperty(status, out _), operation.Key)));
    }

    [Fact]
    public async Task Jobs_are_added_as_an_array_as_lines_as_a_table_or_from_a_dataset()
    {
        var content = (await OperationsAsync())["add-jobs"].GetProperty("requestBody").GetProperty("content");

        var json = content.GetProperty("application/json").GetProperty("schema").GetProperty("oneOf");
        Assert.Equal("#/components/schemas/JobBody", Text(json[0].GetProperty("items"), "$ref"));
        Assert.Equal("#/components/schemas/ExpansionBody", Text(json[1], "$ref"));
        Assert.All(
            ["application/x-ndjson", "application/jsonl", "text/csv"],
            type => Assert.NotEmpty(Text(content.GetProperty(type).GetProperty("schema"), "description")));
        var document = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var expansion = document.GetProperty("components").GetProperty("schemas").GetProperty("ExpansionBody").GetProperty("properties");
        Assert.Equal(["commit", "dataset", "template"], expansion.EnumerateObject().Select(member => member.Name).Order());
        Assert.True(expansion.GetProperty("template").GetProperty("properties").TryGetProperty("namespace", out _));
    }

    // That one is of the standalone program, where other services have addresses, too.
    [Fact]
    public async Task It_is_the_document_that_the_clients_types_are_made_of()
    {
        var served = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        using var kept = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "clients", "typescript", "openapi.json")));

        Assert.True(JsonElement.DeepEquals(kept.RootElement, served), served.ToString());
    }

    private async Task<Dictionary<string, JsonElement>> OperationsAsync()
    {
        var document = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        return document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject())
            .ToDictionary(operation => Text(operation.Value, "operationId"), operation => operation.Value);
    }

    private static IEnumerable<JsonElement> QueryParameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Where(parameter => Text(parameter, "in") == "query") : [];

    private static string Text(JsonElement part, string name) => part.TryGetProperty(name, out var text) ? text.GetString()! : "";
}

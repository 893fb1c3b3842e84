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
        var document = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value).ToList();

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

    // That one is of the standalone program, where other services have addresses, too.
    [Fact]
    public async Task It_is_the_document_that_the_clients_types_are_made_of()
    {
        var served = await app.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        using var kept = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryPaths.Root, "clients", "typescript", "openapi.json")));

        Assert.True(JsonElement.DeepEquals(kept.RootElement, served), served.ToString());
    }

    private static IEnumerable<JsonElement> QueryParameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Where(parameter => Text(parameter, "in") == "query") : [];

    private static string Text(JsonElement part, string name) => part.TryGetProperty(name, out var text) ? text.GetString()! : "";
}

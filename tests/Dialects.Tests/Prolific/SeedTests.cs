using System.Text.Json.Nodes;

namespace BatchPlatform.Dialects.Tests.Prolific;

/// <summary>The vendor's page on updating a batch: its schema, and the request that each of its examples makes.</summary>
[Collection(nameof(OnePlatform))]
public sealed class SeedTests(DialectHost host)
{
    private readonly ProlificClient _client = new(host.Client);

    // What the schema requires, with the types that it gives.
    private const string Schema = """
        {
          "id": "6f0f1b9e", "created_at": "2026-01-01T00:00:00Z", "created_by": "u1", "name": "n1", "status": "s1",
          "datasets": [{ "id": "6f0f1b9e", "total_datapoint_count": 3, "filename": "cats1.csv" }],
          "total_task_count": 0, "total_instruction_count": 0, "workspace_id": "w1", "schema_version": 4,
          "task_details": { "task_name": "t1", "task_introduction": "t1", "task_steps": "t1" }, "total_task_groups": 0
        }
        """;

    [Fact]
    public async Task Every_example_patches_with_an_empty_object_and_gets_the_batch_unchanged()
    {
        var id = await _client.CreateAsync(await _client.FilledDatasetAsync());
        var before = await _client.GetAsync($"/batches/{id}");

        var reply = await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", "{}");

        Assert.Equal(before.ToString(), reply.ToString());
        Fits(reply.Json);
    }

    [Fact]
    public async Task The_examples_own_id_and_empty_key_are_refused()
    {
        ProlificClient.Refused(404, await _client.AskAsync(HttpMethod.Patch, "/batches/batch_id", "{}"));
        ProlificClient.Refused(401, await new ProlificClient(host.Client, key: "").AskAsync(HttpMethod.Patch, "/batches/batch_id", "{}"));
    }

    [Fact]
    public async Task Name_details_and_dataset_are_updated()
    {
        var id = await _client.CreateAsync();
        // "The dataset does not need to be in READY status for updates."
        var dataset = await _client.CreateDatasetAsync();

        var reply = await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", $$$"""
            {"name":"Dogs","dataset_id":"{{{dataset}}}","task_details":{"task_name":"a","task_introduction":"<b>b</b>","task_steps":"<script>c()</script>"}}
            """);

        Assert.Equal(200, reply.Status);
        Assert.Equal("Dogs", (string?)reply.Json["name"]);
        Assert.Equal(dataset, (string?)reply.Json["datasets"]![0]!["id"]);
        Assert.Equal("""{"task_name":"a","task_introduction":"<b>b</b>","task_steps":"<script>c()</script>"}""", Plain(reply.Json["task_details"]!));
        Assert.Equal(reply.Text, (await _client.GetAsync($"/batches/{id}")).Text);
    }

    [Theory]
    [InlineData("""{"task_details":{}}""")]
    [InlineData("""{"task_details":{"task_name":"a","task_introduction":"b"}}""")]
    [InlineData("""{"task_details":{"task_name":"a","task_introduction":"b","task_steps":3}}""")]
    [InlineData("""{"task_details":null}""")]
    [InlineData("""{"task_details":"a"}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"dataset_id":"cats"}""")]
    [InlineData("""{"dataset_id":null}""")]
    [InlineData("""{"dataset_id":"00000000-0000-0000-0000-000000000001"}""")]
    [InlineData("""{"batch_items":"a"}""")]
    [InlineData("""{"auto_sync_enabled":"yes"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"name":"a","name":"b"}""")]
    [InlineData("""{"name":"\ud800"}""")]
    public async Task A_wrong_type_is_a_400_and_changes_nothing(string body)
    {
        var id = await _client.CreateAsync();
        var before = await _client.BatchAsync(id);
        ProlificClient.Refused(400, await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", body));
        Assert.Equal(before.ToJsonString(), (await _client.BatchAsync(id)).ToJsonString());
    }

    [Fact]
    public async Task An_unknown_member_is_ignored()
    {
        var id = await _client.CreateAsync();
        var reply = await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", """{"colour":"red","name":"Cows"}""");
        Assert.Equal((200, "Cows"), (reply.Status, (string?)reply.Json["name"]));
    }

    [Fact]
    public async Task A_layout_is_kept_as_sent_until_null_clears_it()
    {
        var id = await _client.CreateAsync();
        const string Layout = """[{"rows":[{"columns":[{"items":[{"type":"free_text"},{"type":"rich_text"},{"type":"multiple_choice"}]}]}]}]""";

        var set = await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", $$"""{"batch_items":{{Layout}},"auto_sync_enabled":true}""");
        var cleared = await _client.AskAsync(HttpMethod.Patch, $"/batches/{id}", """{"batch_items":null}""");

        Assert.Equal((Layout, true), (set.Json["batch_items"]!.ToJsonString(), (bool)set.Json["auto_sync_enabled"]!));
        Assert.Null(cleared.Json["batch_items"]);
        Assert.True((bool)cleared.Json["auto_sync_enabled"]!);
    }

    private static string Plain(JsonNode node) => node.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    // We show more than the schema has: what its clients read of later versions.
    private static void Fits(JsonNode batch)
    {
        var shown = batch.DeepClone().AsObject();
        foreach (var name in shown.Select(member => member.Key).Except(JsonNode.Parse(Schema)!.AsObject().Select(member => member.Key)).ToList())
        {
            shown.Remove(name);
        }

        Shape.Fits(Schema, shown);
        Assert.Contains((string)batch["status"]!, new[] { "UNINITIALISED", "PROCESSING", "READY", "ERROR" });
    }
}

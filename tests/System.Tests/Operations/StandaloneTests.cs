using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.EndToEnd.Tests.Operations;

/// <summary>Backup, restore and a new master key for the program that is all services in one, by the commands of <c>docs/operations.md</c>.</summary>
public sealed class StandaloneTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-operations-");
    private ServiceProcess _upstream = null!;

    private string Data => Path.Combine(_folder.FullName, "data");

    private Dictionary<string, string?> Variables => new() { ["DATA"] = Data, ["BACKUP"] = Path.Combine(_folder.FullName, "copy") };

    public async Task InitializeAsync() => _upstream = await Samples.StartUpstreamAsync(Path.Combine(_folder.FullName, "calls.ndjson"));

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_copied_while_it_serves_runs_on_from_there()
    {
        const int Jobs = 3000;
        long lostNumber;
        string running;
        await using (var server = await ServeAsync())
        {
            running = await SubmitAsync(server, Jobs);
            await Eventually.True(async () => (await BatchAsync(server, running)).GetProperty("counts").GetProperty("completed").GetInt32() > Jobs / 10);
            await Procedure.RunAsync("Back up the standalone program", Variables);
            lostNumber = (await BatchAsync(server, await SubmitAsync(server, jobs: 1))).GetProperty("number").GetInt64();
            server.Kill();
        }

        await Procedure.RunAsync("Restore the standalone program", Variables);

        await using var restored = await ServeAsync();
        await Eventually.Equal("Finished", async () => (await BatchAsync(restored, running)).GetProperty("state").GetString(), timeout: TimeSpan.FromMinutes(2));
        var results = (await restored.Client.GetStringAsync($"/v1/batches/{running}/results?format=ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, Jobs), results.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("index").GetInt32()));
        var next = await BatchAsync(restored, await SubmitAsync(restored, jobs: 1));
        Assert.True(next.GetProperty("number").GetInt64() > lostNumber, "no number is used again");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_copy_is_readable_by_its_owner_alone_and_overwrites_none()
    {
        await using var server = await ServeAsync();
        await Procedure.RunAsync("Back up the standalone program", Variables);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Variables["BACKUP"]!));
        Assert.Equal(File.ReadAllText(Path.Combine(Data, "master.key")), File.ReadAllText(Path.Combine(Variables["BACKUP"]!, "master.key")));
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => Procedure.RunAsync("Back up the standalone program", Variables));
        Assert.Contains("is not empty", again.Message, StringComparison.Ordinal);
        var elsewhere = new Dictionary<string, string?>(Variables) { ["DATA"] = _folder.FullName, ["BACKUP"] = Path.Combine(_folder.FullName, "other") };
        var nothing = await Assert.ThrowsAsync<InvalidOperationException>(() => Procedure.RunAsync("Back up the standalone program", elsewhere));
        Assert.Contains("holds no data", nothing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_encrypted_is_read_with_the_next_master_key_also_when_the_former_is_forgotten()
    {
        string made;
        await using (var before = await ServeAsync())
        {
            made = await MakeKeyAsync(before);
            before.Terminate();
            Assert.Equal(0, await before.WaitForExitAsync());
        }

        await Procedure.RunAsync("Rotate the master key", Variables);
        var former = await File.ReadAllTextAsync(Path.Combine(Data, "former.key"));
        Assert.NotEqual(former, await File.ReadAllTextAsync(Path.Combine(Data, "master.key")));
        await using (var between = await ServeAsync(former.Trim()))
        {
            Assert.Equal(made, await MakeKeyAsync(between));
            Assert.Contains("The key ring was wrapped anew", between.Output, StringComparison.Ordinal);
        }

        await using var after = await ServeAsync();
        Assert.Equal(made, await MakeKeyAsync(after));
    }

    private async Task<ServiceProcess> ServeAsync(string? formerMasterKey = null)
    {
        var server = await ServiceProcess.StartAsync("services/standalone", new Dictionary<string, string?>(Samples.Settings(_upstream.BaseAddress))
        {
            ["Admin__Key"] = Deployment.AdminKey,
            ["Security__FormerMasterKeys__0"] = formerMasterKey,
        }, ["--data", Data], timeout: TimeSpan.FromMinutes(2));
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Deployment.AdminKey);
        return server;
    }

    private static async Task<string> SubmitAsync(ServiceProcess server, int jobs)
    {
        var id = (await SamplePlatform.ReadAsync(await server.Client.PostAsJsonAsync("/v1/batches", new { name = "places" }))).GetProperty("id").GetString()!;
        using var lines = new StringContent(Samples.Lines(jobs), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        await SamplePlatform.ReadAsync(await server.Client.PostAsync($"/v1/batches/{id}/jobs", lines));
        await SamplePlatform.ReadAsync(await server.Client.PostAsync($"/v1/batches/{id}/commit", content: null));
        return id;
    }

    private static async Task<JsonElement> BatchAsync(ServiceProcess server, string id) => await SamplePlatform.ReadAsync(await server.Client.GetAsync($"/v1/batches/{id}"));

    // The answer to a request is kept, encrypted, for whoever repeats it.
    private static async Task<string> MakeKeyAsync(ServiceProcess server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/keys") { Content = JsonContent.Create(new { tenant = "acme", scopes = new[] { "read" } }) };
        request.Headers.Add("Idempotency-Key", "the same");
        return (await SamplePlatform.ReadAsync(await server.Client.SendAsync(request))).GetProperty("key").GetString()!;
    }
}

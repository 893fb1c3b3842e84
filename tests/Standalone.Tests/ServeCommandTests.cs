using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Standalone.Tests;

/// <summary>The program without a command, as its operator sees it.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private const string Key = "an-admin-key-for-tests-only";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_where_it_listens_and_where_it_is_described()
    {
        await using var server = await ServeAsync();

        Assert.Contains($"Listening on http://127.0.0.1:{server.Port}, described at http://127.0.0.1:{server.Port}/docs", server.Output, StringComparison.Ordinal);
        using var docs = await server.Client.GetAsync(new Uri("/docs/index.html", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, docs.StatusCode);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused()
    {
        await using var server = await ServeAsync();

        var second = await Execution.OfAsync(_folder.Path, ["--data", "data", "--urls", $"http://127.0.0.1:{LoopbackPort.Next()}"]);

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("Is BatchPlatform running on it already?", second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Admin__Key", "short", "Admin__Key is too short")]
    [InlineData("Callbacks__Allow__0", "intranet", "Callbacks:Allow holds 'intranet'")]
    public async Task What_stops_the_start_is_told_in_one_line(string setting, string value, string told)
    {
        var refused = await Execution.OfAsync(
            _folder.Path, ["--urls", $"http://127.0.0.1:{LoopbackPort.Next()}"], environment: new Dictionary<string, string> { [setting] = value });

        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith(told, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using var server = await ServeAsync();

        var second = await Execution.OfAsync(_folder.Path, ["--data", "other", "--urls", $"http://127.0.0.1:{server.Port}"]);

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("address already in use", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_ends_it_in_order_and_its_data_is_there_at_the_next_start()
    {
        string batch;
        await using (var first = await ServeAsync())
        {
            batch = await CreateAsync(first, jobs: 3);
            await FinishedAsync(first, batch);
            first.Terminate();
            Assert.Equal(0, await first.WaitForExitAsync());
        }

        await using var second = await ServeAsync();
        Assert.Equal(3, (await BatchAsync(second, batch)).GetProperty("counts").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task A_callback_reaches_a_receiver_on_this_machine()
    {
        using var receiver = new HttpListener();
        var port = LoopbackPort.Next();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        await using var server = await ServeAsync();

        var batch = await CreateAsync(server, jobs: 1, callback: $"http://127.0.0.1:{port}/ended");
        var call = await receiver.GetContextAsync().WaitAsync(Patience, TimeProvider.System);
        var body = await JsonDocument.ParseAsync(call.Request.InputStream);
        call.Response.Close();

        Assert.Equal("batch.finished", body.RootElement.GetProperty("type").GetString());
        Assert.Equal(batch, body.RootElement.GetProperty("data").GetProperty("id").GetString());
    }

    [Fact]
    public async Task It_makes_a_master_key_that_only_its_owner_can_read_and_keeps_it()
    {
        var file = System.IO.Path.Combine(_folder.Path, "data", "master.key");
        await using (await ServeAsync())
        {
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        var key = await File.ReadAllTextAsync(file);
        await using (await ServeAsync())
        {
            Assert.Equal(key, await File.ReadAllTextAsync(file));
        }

        await File.WriteAllTextAsync(file, "damaged");
        var refused = await Execution.OfAsync(_folder.Path, ["--data", "data", "--urls", $"http://127.0.0.1:{LoopbackPort.Next()}"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("does not hold the master key", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_batch_it_finishes_the_batch_after_its_next_start()
    {
        const int Jobs = 600;
        var slow = new Dictionary<string, string?> { ["Sample__LatencyMilliseconds"] = "500" };
        string batch;
        await using (var first = await ServeAsync(slow))
        {
            batch = await CreateAsync(first, Jobs);
            await Eventually.True(async () => Completed(await BatchAsync(first, batch)) > 0, timeout: Patience);
            Assert.True(Completed(await BatchAsync(first, batch)) < Jobs);
            first.Kill();
            await first.WaitForExitAsync();
        }

        await using var second = await ServeAsync();
        await FinishedAsync(second, batch);

        var lines = (await second.Client.GetStringAsync(new Uri($"/v1/batches/{batch}/results?format=ndjson", UriKind.Relative))).TrimEnd().Split('\n');
        var indexes = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("index").GetInt32());
        Assert.Equal(Enumerable.Range(0, Jobs), indexes);
        Assert.Equal(Jobs, Completed(await BatchAsync(second, batch)));
    }

    private async Task<ServiceProcess> ServeAsync(Dictionary<string, string?>? environment = null)
    {
        var settings = new Dictionary<string, string?>(environment ?? []) { ["Admin__Key"] = Key };
        var data = System.IO.Path.Combine(_folder.Path, "data");
        var server = await ServiceProcess.StartAsync("services/standalone", settings, ["--data", data, "--sample"], timeout: Patience);
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return server;
    }

    private static async Task<string> CreateAsync(ServiceProcess server, int jobs, string? callback = null)
    {
        var body = JsonSerializer.Serialize(new
        {
            commit = true,
            callback = callback is null ? null : new { url = callback },
            jobs = Enumerable.Range(0, jobs).Select(_ => new { @namespace = "places", action = "lookup", @params = new { name = "Lisbon" } }),
        });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync(new Uri("/v1/batches", UriKind.Relative), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static Task<JsonElement> BatchAsync(ServiceProcess server, string batch) =>
        server.Client.GetFromJsonAsync<JsonElement>($"/v1/batches/{batch}");

    private static int Completed(JsonElement batch) => batch.GetProperty("counts").GetProperty("completed").GetInt32();

    private static Task FinishedAsync(ServiceProcess server, string batch) =>
        Eventually.Equal("Finished", async () => (await BatchAsync(server, batch)).GetProperty("state").GetString(), timeout: Patience);
}

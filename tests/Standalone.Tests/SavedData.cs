using System.Net.Http.Headers;
using System.Net.Http.Json;
using BatchPlatform.Testing;
using Microsoft.Data.Sqlite;

namespace BatchPlatform.Standalone.Tests;

/// <summary>A data folder as the program left it, with a batch in it: tests spoil copies of it.</summary>
public sealed class SavedData : IAsyncLifetime
{
    private const int Jobs = 500;
    private readonly TemporaryFolder _folder = new();

    public async Task InitializeAsync()
    {
        var data = Path.Combine(_folder.Path, "data");
        var settings = new Dictionary<string, string?> { ["Admin__Key"] = "an-admin-key-for-tests-only" };
        await using (var server = await ServiceProcess.StartAsync("services/standalone", settings, ["--data", data, "--sample"], timeout: TimeSpan.FromMinutes(2)))
        {
            server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings["Admin__Key"]);
            var job = new { @namespace = "places", action = "lookup", @params = new { name = "Lisbon" } };
            using var made = await server.Client.PostAsJsonAsync("/v1/batches", new { jobs = Enumerable.Repeat(job, Jobs) });
            Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
            server.Terminate();
            Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromMinutes(1)));
        }

        Settle(Path.Combine(data, "batchplatform.db"));
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Copies the folder.</summary>
    public void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder.Path, "data")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    // Everything into the one file that tests spoil.
    private static void Settle(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        connection.Open();
        using var settle = connection.CreateCommand();
        settle.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        settle.ExecuteNonQuery();
    }
}

using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

/// <summary>Memory is the whole process's, so nothing else runs beside these.</summary>
[CollectionDefinition(nameof(LargeDownloads), DisableParallelization = true)]
public sealed class LargeDownloads
{
    /// <summary>What is in use now.</summary>
    public static long LiveBytes()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}

[Collection(nameof(LargeDownloads))]
public sealed class LargeDownloadOnSqliteTests(SqliteApp app) : LargeDownloadTests<SqliteApp>(app);

[Collection(nameof(LargeDownloads))]
public sealed class LargeDownloadOnPostgresTests(PostgresApp app) : LargeDownloadTests<PostgresApp>(app);

public abstract class LargeDownloadTests<TApp>(TApp app) : ReadingTests<TApp>(app)
    where TApp : ReadingApp
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData("ndjson", "index", 200_000, 200)]
    [InlineData("ndjson", "arrival", 50_000, 1_000)]
    [InlineData("csv", "index", 50_000, 1_000)]
    [InlineData("json", "index", 50_000, 1_000)]
    public async Task A_download_needs_the_memory_of_a_page_however_large_it_is(string format, string order, int jobs, int responseSize)
    {
        var batch = await Tenant.FinishedAsync(jobs, _ => responseSize);
        var before = LargeDownloads.LiveBytes();
        long read = 0, most = 0;
        var buffer = new byte[64 * 1024];
        await using var stream = await Tenant.Client.GetStreamAsync(new Uri($"{Path(batch)}?format={format}&order={order}", UriKind.Relative));

        int count, lines = 0;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            if ((read + count) / (10 * MiB) > read / (10 * MiB))
            {
                most = Math.Max(most, LargeDownloads.LiveBytes());
            }

            read += count;
            lines += buffer.AsSpan(0, count).Count((byte)'\n');
        }

        Assert.InRange(lines, jobs, jobs + 1);
        Assert.InRange(read, 50 * MiB, 200 * MiB);
        Assert.InRange(most - before, long.MinValue, 16 * MiB);
    }

    [Theory]
    [InlineData("index")]
    [InlineData("arrival")]
    public async Task Nothing_is_lost_or_doubled_between_pages_when_sizes_change_all_at_once(string order)
    {
        // Pages grow while results are small; then each fills a page by itself, and then they are small again.
        var batch = await Tenant.FinishedAsync(6_000, index => index is >= 4_000 and < 4_010 ? 600_000 : 10);

        var lines = (await Tenant.TextAsync($"{Path(batch)}?format=ndjson&order={order}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var indexes = lines.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.Int("index")).ToArray();
        Assert.Equal(order == "index" ? Enumerable.Range(0, 6_000) : Enumerable.Range(0, 6_000).Reverse(), indexes);
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("run")]
    public async Task A_download_breaks_off_when_its_batch_or_run_goes_away_meanwhile(string what)
    {
        // More than all buffers between here and there hold, so that the server waits for us in the middle.
        var batch = await Tenant.FinishedAsync(60_000, _ => 1_000);
        using var response = await Tenant.Client.GetAsync(new Uri($"{Path(batch)}?format=ndjson", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        await Tenant.WriteAsync(db => what == "run"
            ? db.Runs.Where(run => run.Batch == batch.Number).ExecuteDeleteAsync()
            : db.Batches.Where(each => each.Number == batch.Number).ExecuteUpdateAsync(row => row.SetProperty(each => each.DeletedAt, App.Now)));

        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
    }

    private static string Path(Batch batch) => $"/v1/batches/{batch.CorrelationId}/results";
}

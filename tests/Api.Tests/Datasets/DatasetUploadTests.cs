using System.Net;
using BatchPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace BatchPlatform.Api.Tests.Datasets;

public sealed class DatasetUploadOnSqliteTests() : DatasetUploadTests("Sqlite");

public sealed class DatasetUploadOnPostgresTests() : DatasetUploadTests("Postgres");

/// <summary>Uploads that meet, break, or lose their owner.</summary>
public abstract class DatasetUploadTests(string provider) : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private ApiApp _app = null!;

    public async Task InitializeAsync() => _app = await ApiApp.StartAsync(new() { ["Store:Provider"] = provider }, _clock);

    public Task DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task While_an_upload_goes_on_the_dataset_is_not_ready_and_takes_no_other()
    {
        var dataset = await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(2));
        using var slow = new GatedContent();
        var uploading = _app.Client.FillAsync(dataset, slow);
        await Eventually.Equal("Uploading", () => _app.Client.StatusAsync(dataset));

        (await _app.Client.FillAsync(dataset, DatasetHttp.Rows(1))).IsProblem(409, "UPLOAD_IN_PROGRESS");
        (await _app.Client.ExpandAsync(await _app.Client.CreateAsync(), dataset)).IsProblem(409, "DATASET_NOT_READY");

        slow.Send(DatasetHttp.Rows(5));
        slow.End();
        Assert.Equal((HttpStatusCode.OK, 5), ((await uploading).Status, (int)(await uploading).Body!["rows"]!));
        Assert.Equal("Ready", await _app.Client.StatusAsync(dataset));
    }

    [Fact]
    public async Task Of_two_uploads_that_begin_at_once_one_is_refused()
    {
        var dataset = await _app.Client.CreateDatasetAsync();
        using GatedContent one = new(), two = new();
        var both = new[] { one, two }.Select(body => _app.Client.FillAsync(dataset, body)).ToList();
        await Eventually.Equal("Uploading", () => _app.Client.StatusAsync(dataset));
        foreach (var body in new[] { one, two })
        {
            body.Send(DatasetHttp.Rows(1));
            body.End();
        }

        var statuses = (await Task.WhenAll(both)).Select(reply => reply.Status).Order().ToList();

        // Unless the second came when the first was over.
        Assert.Equal(HttpStatusCode.OK, statuses[0]);
        Assert.Contains(statuses[1], new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
        Assert.Single(await _app.RowsAsync(dataset));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        var dataset = await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(2));
        using var broken = new GatedContent();
        var uploading = _app.Client.FillAsync(dataset, broken);
        broken.Send(DatasetHttp.Rows(6000));
        await Eventually.True(async () => await _app.StoredRowsAsync(dataset) > 2);

        broken.Break();

        await Assert.ThrowsAnyAsync<Exception>(() => uploading);
        await Eventually.Equal("Ready", () => _app.Client.StatusAsync(dataset));
        Assert.Equal(2, (await _app.RowsAsync(dataset)).Count);
        await TickUntilAsync(async () => await _app.StoredRowsAsync(dataset) == 2);
    }

    [Fact]
    public async Task An_upload_that_lost_its_owner_is_given_up_by_the_clock()
    {
        var dataset = await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(2));
        await OrphanAsync(dataset, rows: 12_000);
        Assert.Equal("Uploading", await _app.Client.StatusAsync(dataset));

        // Its rows go first, and what they belonged to after them.
        await TickUntilAsync(async () => await _app.ReadAsync(db => db.DatasetContents.CountAsync(content => content.Dataset == dataset)) == 1);

        Assert.Equal(("Ready", 2), (await _app.Client.StatusAsync(dataset), await _app.StoredRowsAsync(dataset)));
    }

    [Fact]
    public async Task The_next_upload_need_not_wait_for_the_clock()
    {
        var dataset = await _app.Client.CreateDatasetAsync();
        await OrphanAsync(dataset, rows: 10);

        Assert.Equal(HttpStatusCode.OK, (await _app.Client.FillAsync(dataset, DatasetHttp.Rows(3))).Status);
        Assert.Equal(3, (await _app.RowsAsync(dataset)).Count);
    }

    [Fact]
    public async Task Whoever_was_given_up_stores_no_more_and_hurts_nobody()
    {
        var dataset = await _app.Client.CreateDatasetAsync();
        using var lost = new GatedContent();
        var uploading = _app.Client.FillAsync(dataset, lost);
        await Eventually.Equal("Uploading", () => _app.Client.StatusAsync(dataset));
        await _app.WriteAsync(db => db.DatasetContents.Single(content => content.Dataset == dataset).LeaseUntil = _clock.GetUtcNow().UtcDateTime);
        await _app.Client.FillAsync(dataset, DatasetHttp.Rows(3));

        lost.Send(DatasetHttp.Rows(9000));
        lost.End();

        (await uploading).IsProblem(409, "UPLOAD_OUTDATED");
        Assert.Equal(("Ready", 3), (await _app.Client.StatusAsync(dataset), (await _app.RowsAsync(dataset)).Count));
    }

    [Fact]
    public async Task A_slow_upload_keeps_its_lease()
    {
        var dataset = await _app.Client.CreateDatasetAsync();
        using var slow = new GatedContent();
        var uploading = _app.Client.FillAsync(dataset, slow);
        await Eventually.Equal("Uploading", () => _app.Client.StatusAsync(dataset));
        for (var renewals = 0; renewals < 8; renewals++)
        {
            var before = await LeaseAsync(dataset);
            await TickUntilAsync(async () => await LeaseAsync(dataset) > before);
        }

        slow.Send(DatasetHttp.Rows(1));
        slow.End();
        Assert.Equal(HttpStatusCode.OK, (await uploading).Status);
    }

    [Fact]
    public async Task A_dataset_deleted_during_an_upload_stays_deleted()
    {
        var dataset = await _app.Client.CreateDatasetAsync();
        using var late = new GatedContent();
        var uploading = _app.Client.FillAsync(dataset, late);
        await Eventually.Equal("Uploading", () => _app.Client.StatusAsync(dataset));
        await _app.Client.SendAsync(HttpMethod.Delete, $"/v1/datasets/{dataset}");

        late.Send(DatasetHttp.Rows(3));
        late.End();

        (await uploading).IsProblem(409, "UPLOAD_OUTDATED");
        await TickUntilAsync(async () => await _app.ReadAsync(db => db.DatasetContents.CountAsync(content => content.Dataset == dataset)) == 0);
        Assert.Equal(0, await _app.ReadAsync(db => db.DatasetRows.CountAsync()));
    }

    [Fact]
    public async Task What_was_replaced_is_removed_in_time()
    {
        var dataset = await _app.Client.FilledDatasetAsync(DatasetHttp.Rows(11_000));
        await _app.Client.FillAsync(dataset, DatasetHttp.Rows(4));
        await TickUntilAsync(async () => await _app.StoredRowsAsync(dataset) == 4);
    }

    private async Task OrphanAsync(Guid dataset, int rows)
    {
        const long Content = 1_000_000;
        await _app.WriteAsync(db =>
        {
            db.Datasets.Single(row => row.Id == dataset).Upload = Content;
            db.DatasetContents.Add(new() { Number = Content, Dataset = dataset, LeaseUntil = _clock.GetUtcNow().UtcDateTime });
            db.DatasetRows.AddRange(Enumerable.Range(0, rows).Select(index => new Store.Tables.DatasetRow { Content = Content, Index = index, Json = "{}" }));
        });
    }

    private Task<DateTime?> LeaseAsync(Guid dataset) =>
        _app.ReadAsync(db => db.DatasetContents.Where(content => content.Dataset == dataset && content.LeaseUntil != null).Select(content => content.LeaseUntil).SingleAsync());

    // In steps shorter than a lease, so that nobody alive loses his.
    private Task TickUntilAsync(Func<Task<bool>> condition) => Eventually.True(async () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(5));
        return await condition();
    });
}

using System.Net;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Tables;
using BatchPlatform.Testing;

namespace BatchPlatform.Api.Tests;

/// <summary>A key that is revoked, or expires, lets nobody in two seconds later, and what it has open ends.</summary>
public sealed class KeyEndTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    private readonly FakeClock _clock = new();
    private readonly List<HttpClient> _clients = [];
    private ApiApp _app = null!;

    public static TheoryData<bool> Ways => [true, false];

    public async Task InitializeAsync() => _app = await ApiApp.StartAsync(time: _clock);

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _app.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_lets_nobody_in_any_more(bool revoked)
    {
        var (client, end) = await KeyAsync(revoked);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(HttpMethod.Get, "/v1/upstreams")).Status);

        await end();

        (await client.SendAsync(HttpMethod.Get, "/v1/upstreams")).IsProblem(401, "UNAUTHENTICATED");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Its_event_streams_end(bool revoked)
    {
        var (client, end) = await KeyAsync(revoked);
        var batch = await client.CreateAsync();
        using var stream = new StreamReader(await client.GetStreamAsync(new Uri($"/v1/batches/{batch}/events", UriKind.Relative)));
        Assert.Equal("event: progress", await stream.ReadLineAsync());

        await end();

        Assert.DoesNotContain("event: end", await stream.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Its_uploads_are_refused_before_they_are_taken_in(bool revoked)
    {
        var (client, end) = await KeyAsync(revoked);
        var batch = await client.CreateAsync();
        using var body = new GatedContent();
        var upload = client.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body);
        body.Send(Http.Lines(2));
        await Eventually.Equal(1, () => _app.ReadAsync(db => Task.FromResult(db.Appends.Count())));

        await end();

        // While the client still sends, which it does to the end before it looks for an answer.
        await Eventually.Equal(0, () => _app.ReadAsync(db => Task.FromResult(db.Appends.Count())));
        body.End();
        (await upload).IsProblem(401, "UNAUTHENTICATED");
        await _app.NothingIsLeftAsync(batch);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Its_downloads_are_cut_off_also_while_the_client_takes_nothing(bool revoked)
    {
        var (client, end) = await KeyAsync(revoked);
        var batch = await BatchWithResultsAsync(client);
        using var download = await client.GetStreamAsync(new Uri($"/v1/batches/{batch}/results?format=ndjson", UriKind.Relative));
        await download.ReadExactlyAsync(new byte[1000]);

        await end();

        await Eventually.True(() => _app.Log.Any(line => line.Contains("outlived its key", StringComparison.Ordinal)));
        await Assert.ThrowsAnyAsync<IOException>(() => download.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task What_another_key_has_open_goes_on()
    {
        var (client, end) = await KeyAsync(revoked: true);
        var (other, _) = await KeyAsync(revoked: true);
        var batch = await client.CreateAsync();
        using var stream = new StreamReader(await other.GetStreamAsync(new Uri($"/v1/batches/{batch}/events", UriKind.Relative)));
        Assert.Equal("event: progress", await stream.ReadLineAsync());

        await end();
        await other.PostAsync($"/v1/batches/{batch}/stop");
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("event: end", await stream.ReadToEndAsync(), StringComparison.Ordinal);
    }

    // A client, and what ends its key and lets two seconds pass.
    private async Task<(HttpClient Client, Func<Task> End)> KeyAsync(bool revoked)
    {
        var (key, id) = await _app.Client.MakeKeyAsync(expiresAt: revoked ? null : _clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        var client = _app.NewClient(key);
        _clients.Add(client);
        return (client, async () =>
        {
            if (revoked)
            {
                await _app.Client.RevokeAsync(id);
            }
            else
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
            }

            _clock.Advance(Bound);
        });
    }

    // More than the buffers between here and there hold.
    private async Task<Guid> BatchWithResultsAsync(HttpClient client)
    {
        const int Jobs = 64;
        var batch = await client.CreateAsync();
        await client.UploadAsync(batch, Http.Lines(Jobs));
        var response = $"\"{new string('r', 512 * 1024)}\"";
        await _app.WriteAsync(db =>
        {
            var row = db.Batches.Single(each => each.CorrelationId == batch);
            (row.CurrentState, row.Run) = (nameof(BatchState.Finished), 1);
            db.Runs.Add(new Run { Batch = row.Number, Number = 1, Root = 1, BatchId = batch, Tenant = row.Tenant, Revision = row.Revision, Total = Jobs, Completed = Jobs, Seq = Jobs });
            db.Outcomes.AddRange(Enumerable.Range(0, Jobs).Select(index => new Outcome
            {
                Batch = row.Number,
                Run = 1,
                Index = index,
                Seq = index + 1,
                State = JobState.Completed,
                StatusCode = 200,
                Response = response,
            }));
        });
        return batch;
    }
}

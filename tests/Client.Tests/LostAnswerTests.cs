using BatchPlatform.Testing;

namespace BatchPlatform.Client.Tests;

/// <summary>Against a running platform over a network that loses answers: what was done is not done twice.</summary>
[Collection(SharedPlatform.Name)]
public sealed class LostAnswerTests(RunningPlatform platform)
{
    private static readonly ClientOptions Fast = new() { BaseDelay = TimeSpan.FromMilliseconds(5), UploadBytes = 500 };

    [Fact]
    public async Task A_batch_is_created_once_and_each_job_added_once()
    {
        using var network = new LossyNetwork(lose: _ => true, attempts: 2);
        using var client = Over(network);
        var name = $"once {Guid.NewGuid():N}";

        var batch = await client.Batches.CreateAsync(new NewBatch { Name = name });
        Assert.Equal(50, await client.Jobs.AddAsync(batch.Id, SharedPlatform.Jobs(50)));
        await client.Batches.CommitAsync(batch.Id);
        await client.Batches.WaitAsync(batch.Id);

        Assert.Single(await client.Batches.ListAsync(new BatchFilter { Name = name }).ToListAsync());
        Assert.Equal(Enumerable.Range(0, 50).Select(index => $"job-{index}"), (await client.Results.ReadAsync(batch.Id).ToListAsync()).Select(result => result.CustomId));
        Assert.True(network.Lost > 10, $"Only {network.Lost} answers were lost.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_that_broke_off_goes_on(bool skips)
    {
        using var broken = new LossyNetwork(lose: parts => parts == 3, attempts: int.MaxValue);
        using var first = Over(broken, Fast with { Attempts = 2 });
        var batch = await first.Batches.CreateAsync(new NewBatch());
        await Assert.ThrowsAsync<HttpRequestException>(() => first.Jobs.AddAsync(batch.Id, SharedPlatform.Jobs(50), new UploadOptions { Id = $"mine-{skips}" }));

        using var network = new LossyNetwork(lose: _ => false, attempts: 0);
        using var second = Over(network);
        var taken = (await second.Batches.GetAsync(batch.Id)).Counts.Total;
        Assert.InRange(taken, 1, 49);
        var options = new UploadOptions { Id = $"mine-{skips}", Skip = skips ? taken : 0 };
        Assert.Equal(50, await second.Jobs.AddAsync(batch.Id, SharedPlatform.Jobs(50), options));

        Assert.Equal(Enumerable.Range(0, 50).Select(index => $"job-{index}"), (await second.Jobs.ListAsync(batch.Id).ToListAsync()).Select(job => job.CustomId));
    }

    private BatchPlatformClient Over(LossyNetwork network, ClientOptions? options = null) =>
        new(new HttpClient(network, disposeHandler: false) { BaseAddress = platform.Address, Timeout = Timeout.InfiniteTimeSpan }, RunningPlatform.Key, options ?? Fast);

    /// <summary>Delivers every request; and loses the answers to some POSTs, for the first attempts of each.</summary>
    private sealed class LossyNetwork(Func<int, bool> lose, int attempts) : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly Dictionary<string, int> _attempts = [];

        public int Lost { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Headers.TryGetValues("Idempotency-Key", out var keys))
            {
                var key = keys.Single();
                _attempts[key] = _attempts.GetValueOrDefault(key) + 1;
                if (lose(_attempts.Count) && _attempts[key] <= attempts)
                {
                    Lost++;
                    answer.Dispose();
                    throw new HttpRequestException("The answer was lost.");
                }
            }

            return answer;
        }
    }
}

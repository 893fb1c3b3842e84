using System.Text;
using BatchPlatform.Api.Uploads;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;
using BatchPlatform.Store.Bulk;

namespace BatchPlatform.Api.Tests;

/// <summary>A body may arrive in any pieces; what is read must not depend on them.</summary>
public sealed class UploadReaderTests
{
    private static readonly KnownUpstreams Upstreams = new([new KnownUpstream(new Upstream { Namespace = "bench", Actions = new Dictionary<string, UpstreamAction> { ["noop"] = new() } })]);

    private static readonly string[] Jobs =
    [
        """{"namespace":"bench","action":"noop","params":{"a":"[,]}{\"\\"}}""",
        """ { "custom_id" : "ü" , "params" : { "b" : [ [ ] , { } , "\\\"" ] } , "action" : "no\u006fp" , "namespace" : "bench" } """,
        """{"namespace":"bench","action":"noop","params":{"c":"\u2028😀"}}""",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task An_array_is_read_the_same_in_any_pieces(int piece)
    {
        var rules = NewRules();
        Assert.Equal(Jobs.Length, (await ReadAsync($"\uFEFF[{string.Join(",", Jobs)}]", new JsonArrayFormat<StagedJob>(), rules, piece)).Count);
        Assert.Equal(0, rules.Errors.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task Lines_are_read_the_same_in_any_pieces(int piece)
    {
        var rules = NewRules();
        var read = await ReadAsync("\uFEFF" + string.Join("\r\n", Jobs), new NdjsonFormat<StagedJob>(), rules, piece);
        Assert.Equal([null, "ü", null], read.Select(job => job.CustomId));
        Assert.Equal("""{ "b" : [ [ ] , { } , "\\\"" ] }""", read[1].Params);
        Assert.Equal(0, rules.Errors.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task Csv_is_read_the_same_in_any_pieces(int piece)
    {
        var rules = NewRules();
        var read = await ReadAsync("\uFEFFa,b\r\n\"1,\"\"\r\n\"\"\",ü\r\n,\"\"\r\n", new CsvFormat<StagedJob>(), rules, piece);
        Assert.Equal(["""{"a":"1,\"\r\n\"","b":"ü"}""", """{"a":"","b":""}"""], read.Select(job => job.Params));
        Assert.Equal(0, rules.Errors.Count);
    }

    [Fact]
    public async Task Any_cut_of_an_array_is_refused()
    {
        var body = $"[{string.Join(",", Jobs)}]";
        for (var length = 0; length < body.Length; length++)
        {
            await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(body[..length], new JsonArrayFormat<StagedJob>(), NewRules(), piece: 100));
        }
    }

    [Fact]
    public async Task Chunks_hold_no_more_jobs_than_one_transaction_takes()
    {
        var rules = NewRules();
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(Http.Lines(12_345)));
        using var reader = new UploadReader<StagedJob>(body, new NdjsonFormat<StagedJob>(), rules, fingerprint: null);
        var sizes = new List<int>();
        await foreach (var chunk in reader.ReadAsync(default))
        {
            using (chunk)
            {
                sizes.Add(chunk.Records.Count);
            }
        }

        Assert.All(sizes, size => Assert.InRange(size, 0, UploadChunk.MaxRecords));
        Assert.Equal((12_345, 12_345), (sizes.Sum(), rules.Count));
    }

    [Fact]
    public async Task Names_are_shared_and_not_made_again_for_each_job()
    {
        var read = await ReadAsync(Http.Lines(2), new NdjsonFormat<StagedJob>(), NewRules(), piece: 10);
        Assert.Same(read[0].Action, read[1].Action);
        Assert.Same(read[0].Namespace, read[1].Namespace);
    }

    private static JobRules NewRules() => new(Upstreams, firstIndex: 0, "bench", "noop");

    private static async Task<List<(string Namespace, string Action, string Params, string? CustomId)>> ReadAsync(string text, RecordFormat<StagedJob> format, JobRules rules, int piece)
    {
        using var body = new Pieces(Encoding.UTF8.GetBytes(text), piece);
        using var reader = new UploadReader<StagedJob>(body, format, rules, fingerprint: null);
        var jobs = new List<(string, string, string, string?)>();
        await foreach (var chunk in reader.ReadAsync(default))
        {
            using (chunk)
            {
                jobs.AddRange(chunk.Records.Select(job => (job.Namespace, job.Action, Encoding.UTF8.GetString(job.Params.Span), job.CustomId)));
            }
        }

        return jobs;
    }

    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}

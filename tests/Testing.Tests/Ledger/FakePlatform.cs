using System.Net;
using System.Net.Http.Json;

namespace BatchPlatform.Testing.Tests.Ledger;

/// <summary>Answers as the platform does, from what a test says is in it.</summary>
internal sealed class FakePlatform : HttpMessageHandler
{
    private readonly Dictionary<string, object> _answers = [];
    private readonly List<object> _batches = [];

    /// <summary>A batch that finished well in its first run: a test spoils what it is about.</summary>
    public void Add(Guid id, long number, int[] results, string state = "Finished", int? total = null, int? completed = null, int pending = 0, string? name = null)
    {
        var (all, done) = (total ?? results.Length, completed ?? results.Length);
        var batch = new { id, number, name, state, run = 1, counts = new { total = all, pending, queued = 0, processing = 0, completed = done, failed = 0 } };
        _batches.Add(batch);
        _answers[$"/v1/batches/{id:D}"] = batch;
        _answers[$"/v1/batches/{id:D}/runs"] = Page(new { run = 1, root = 1, state = state == "Finished" ? "Settled" : "Stopped", total = all, completed = done, failed = 0 });
        _answers[$"/v1/batches/{id:D}/results"] = string.Concat(results.Select(index => $$"""{"index":{{index}},"state":"Completed"}{{'\n'}}"""));
    }

    public HttpClient Client() => new(this, disposeHandler: false) { BaseAddress = new Uri("http://platform.test") };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        HttpContent? content = path == "/v1/batches" ? JsonContent.Create(Page([.. _batches])) : _answers.GetValueOrDefault(path) switch
        {
            null => null,
            string lines => new StringContent(lines),
            var answer => JsonContent.Create(answer),
        };
        return Task.FromResult(new HttpResponseMessage(content is null ? HttpStatusCode.NotFound : HttpStatusCode.OK) { Content = content });
    }

    private static object Page(params object[] items) => new { items, next_cursor = (string?)null };
}

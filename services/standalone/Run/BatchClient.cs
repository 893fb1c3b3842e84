using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace BatchPlatform.Standalone.Run;

/// <summary>Jobs by what is known of them.</summary>
internal sealed record BatchCounts(int Total, int Completed, int Failed);

/// <summary>As much of a batch as is shown.</summary>
internal sealed record BatchStatus(Guid Id, string State, BatchCounts Counts);

/// <summary>Speaks the REST API as any client would.</summary>
internal sealed class BatchClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http;

    public BatchClient(string address, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<Guid> CreateAsync(string name, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new { name }, options: Json);
        using var answer = await SendAsync(HttpMethod.Post, "/v1/batches", body, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<BatchStatus>(Json, cancellationToken))!.Id;
    }

    /// <summary>Adds jobs, all or none.</summary>
    /// <exception cref="BadInputException">Some cannot be taken; the message has a line for each of the first hundred.</exception>
    public async Task AppendAsync(Guid batch, Stream jobs, string contentType, CancellationToken cancellationToken)
    {
        using var body = new StreamContent(jobs, bufferSize: 64 * 1024);
        body.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using var answer = await SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/jobs", body, cancellationToken);
    }

    /// <exception cref="BadInputException">There are no jobs.</exception>
    public async Task CommitAsync(Guid batch, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/commit", body: null, cancellationToken);
    }

    public async Task<BatchStatus> GetAsync(Guid batch, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/v1/batches/{batch}", body: null, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<BatchStatus>(Json, cancellationToken))!;
    }

    /// <summary>Copies the results, one line for each job, in the jobs' order.</summary>
    public async Task DownloadAsync(Guid batch, Stream results, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/v1/batches/{batch}/results?format=ndjson", body: null, cancellationToken);
        await answer.Content.CopyToAsync(results, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            var problem = await answer.Content.ReadFromJsonAsync<Problem>(Json, cancellationToken);
            throw answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
                ? new BadInputException(problem!.ToString())
                : new HttpRequestException(problem!.ToString(), inner: null, answer.StatusCode);
        }
    }

    private sealed record Problem(string Code, string? Title, string? Detail, IReadOnlyList<ProblemError>? Errors)
    {
        public override string ToString() => Errors is { Count: > 0 }
            ? string.Join(Environment.NewLine, Errors.Select(error => error.ToString()).Append(Detail ?? Title))
            : $"{Code} {Detail ?? Title}";
    }

    private sealed record ProblemError(int? Line, string? Field, string Code, string Message)
    {
        public override string ToString() => Line is { } line
            ? string.Join(' ', new[] { $"line {line}:", Code, Field, Message }.OfType<string>())
            : $"{Field}: {Code} {Message}";
    }
}

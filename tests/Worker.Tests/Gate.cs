using Microsoft.AspNetCore.Http;

namespace BatchPlatform.Worker.Tests;

/// <summary>Holds an upstream's calls in flight until a test lets them end.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim _open = new(0);

    /// <summary>Lets so many calls end, now or when they come.</summary>
    public void Open(int calls = 1_000) => _open.Release(calls);

    public async Task AnswerAsync(HttpContext context)
    {
        await _open.WaitAsync(context.RequestAborted);
        await TestUpstream.AnswerOkAsync(context);
    }

    public void Dispose() => _open.Dispose();
}

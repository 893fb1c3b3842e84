using System.Text.Json;

namespace BatchPlatform.Worker.Handlers;

/// <summary>Does nothing but answer: for measuring the platform without an upstream's cost.</summary>
internal sealed class NoopHandler : IJobHandler
{
    // About as long as a typical small answer.
    private static readonly Task<object?> Response = Task.FromResult<object?>(JsonSerializer.Deserialize<JsonElement>(
        """
        {"status":"ok","message":"This action does nothing but answer, at about the length of a small real answer.","items":[{"id":1,"state":"accepted"},{"id":2,"state":"accepted"},{"id":3,"state":"accepted"}]}
        """));

    public Task<object?> HandleAsync(JobCall call, CancellationToken cancellationToken) => Response;
}

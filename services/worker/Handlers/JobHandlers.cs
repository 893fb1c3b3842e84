using System.Collections.Frozen;

namespace BatchPlatform.Worker.Handlers;

/// <summary>One action and what does its jobs.</summary>
internal sealed record JobHandlerEntry(string Namespace, string Action, Func<IServiceProvider, IJobHandler> Make);

/// <summary>The handlers that this worker has.</summary>
internal sealed class JobHandlers(IEnumerable<JobHandlerEntry> entries, IServiceScopeFactory scopes)
{
    private readonly FrozenDictionary<(string Namespace, string Action), JobHandlerEntry> _entries =
        entries.ToFrozenDictionary(entry => (entry.Namespace, entry.Action));

    public bool Has(string @namespace, string action) => _entries.ContainsKey((@namespace, action));

    /// <summary>Lets a handler do the job; what it throws comes through.</summary>
    public async Task<object?> HandleAsync(JobCall call, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var handler = _entries[(call.Namespace, call.Action)].Make(scope.ServiceProvider);
        return await handler.HandleAsync(call, cancellationToken);
    }
}

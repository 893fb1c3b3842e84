using System.Collections.Concurrent;
using BatchPlatform.Contracts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Asks an orchestrator for each version of a definition once, and keeps it: a version never changes.</summary>
internal sealed class UpstreamCache(IClientFactory clients, UpstreamLoader loader, IOptions<WorkerOptions> options)
{
    // Far more than are in use at a time; one that is pushed out is asked for again.
    private const int Kept = 1_000;
    private static readonly Uri Orchestrators = new($"exchange:{Queues.Leases}");
    private readonly ConcurrentDictionary<GetUpstream, Lazy<Task<LoadedUpstream?>>> _loaded = new();

    /// <summary>The definition, ready to use; those who ask at the same time share one request.</summary>
    /// <exception cref="RequestException">No orchestrator answered.</exception>
    public async Task<LoadedUpstream> GetAsync(string @namespace, int version)
    {
        var key = new GetUpstream(@namespace, version);
        var entry = _loaded.GetOrAdd(key, static (key, cache) => new Lazy<Task<LoadedUpstream?>>(() => cache.AskAsync(key)), this);
        var upstream = default(LoadedUpstream);
        try
        {
            upstream = await entry.Value;
        }
        finally
        {
            if (upstream is null)
            {
                // What is not there now may be there when asked again.
                _loaded.TryRemove(KeyValuePair.Create(key, entry));
            }
        }

        return upstream ?? LoadedUpstream.Failing(ErrorCodes.UpstreamUndefined, $"Upstream '{@namespace}' is not defined (version {version}).");
    }

    private async Task<LoadedUpstream?> AskAsync(GetUpstream question)
    {
        MakeRoom(question);
        var client = clients.CreateRequestClient<GetUpstream>(Orchestrators, options.Value.RequestTimeout);
        var answer = await client.GetResponse<UpstreamAnswer>(question);
        return answer.Message.Definition is { } definition ? loader.Load(definition) : null;
    }

    // One that is pushed out may be in use, so its connections are left to close by themselves when they are idle.
    private void MakeRoom(GetUpstream newest)
    {
        if (_loaded.Count > Kept)
        {
            _loaded.TryRemove(_loaded.Keys.First(key => key != newest), out _);
        }
    }
}

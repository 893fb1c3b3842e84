using System.Text.Json;

namespace BatchPlatform.Client;

/// <summary>The APIs that jobs call. Changes need a key with the scope admin.</summary>
public sealed class UpstreamsClient
{
    private readonly Transport _transport;

    internal UpstreamsClient(Transport transport) => _transport = transport;

    /// <summary>All upstreams, by namespace.</summary>
    public async Task<IReadOnlyList<Upstream>> ListAsync(CancellationToken cancellationToken = default) =>
        (await _transport.SendAsync<Page<Upstream>>(HttpMethod.Get, "/v1/upstreams", body: null, cancellationToken)).Items;

    /// <summary>One upstream, its latest version.</summary>
    public Task<Upstream> GetAsync(string ns, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Upstream>(HttpMethod.Get, PathOf(ns), body: null, cancellationToken);

    /// <summary>Defines an upstream, or changes it: a new version.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="definition">A JSON object as the API documents it, also one that only names an OpenAPI document.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<Upstream> PutAsync(string ns, JsonElement definition, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<Upstream>(HttpMethod.Put, PathOf(ns), definition, cancellationToken);

    /// <summary>Removes an upstream that no unfinished job needs.</summary>
    public async Task DeleteAsync(string ns, CancellationToken cancellationToken = default)
    {
        using var answer = await _transport.SendAsync(new Call(HttpMethod.Delete, PathOf(ns)), cancellationToken);
    }

    /// <summary>Whether the upstream is called now, and if not, why.</summary>
    public Task<UpstreamGate> GateAsync(string ns, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<UpstreamGate>(HttpMethod.Get, $"{PathOf(ns)}/gate", body: null, cancellationToken);

    /// <summary>Calls the upstream no more; its jobs wait.</summary>
    public Task<UpstreamGate> PauseAsync(string ns, string? reason = null, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<UpstreamGate>(HttpMethod.Post, $"{PathOf(ns)}/pause", new { reason }, cancellationToken);

    /// <summary>Ends a pause.</summary>
    public Task<UpstreamGate> ResumeAsync(string ns, CancellationToken cancellationToken = default) =>
        _transport.SendAsync<UpstreamGate>(HttpMethod.Post, $"{PathOf(ns)}/resume", body: null, cancellationToken);

    private static string PathOf(string ns) => $"/v1/upstreams/{Uri.EscapeDataString(ns)}";
}

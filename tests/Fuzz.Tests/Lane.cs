using System.Text.Json.Nodes;
using BatchPlatform.Testing;

namespace BatchPlatform.Fuzz.Tests;

/// <summary>One client with a tenant of its own: sends one request after the other, and remembers what it was told of.</summary>
internal sealed class Lane(int number, int start, Uri host, IReadOnlyList<Seed> seeds) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RawHttp _connection = new(host);
    private readonly Random _random = new(start);
    private readonly Dictionary<string, string> _known = [];
    private (string Admin, string Write, string Read) _keys;

    /// <summary>The last request, and what became of it.</summary>
    public FuzzRequest Sent { get; private set; } = null!;

    /// <summary>The answer to it; null when there was none in time.</summary>
    public RawReply? Answer { get; private set; }

    /// <summary>Where it came from.</summary>
    public string Origin { get; private set; } = "";

    public string Tenant { get; private set; } = "";

    /// <summary>The request was accepted, and may have changed something.</summary>
    public bool HasChanged => Answer is { Status: < 400 } && !(Sent.IsRead && Sent.Target.StartsWith("/v1", StringComparison.Ordinal));

    /// <summary>The round in which something was accepted that goes on behind its answer; -1 when nothing was.</summary>
    public int GoesOnFrom { get; private set; } = -1;

    /// <summary>Whether the answer refused the request.</summary>
    public bool IsRefused => Answer is { Status: >= 400 and < 500 };

    /// <summary>Begins anew as another tenant, which has one of everything.</summary>
    public async Task BecomeAsync(FuzzHost fuzzed, string generation, int round)
    {
        Tenant = $"{generation}-{number}";
        _keys = await fuzzed.AddTenantAsync(Tenant);
        _known.Clear();
        _known["tenant"] = Tenant;
        foreach (var seed in seeds.Where(seed => seed.Kept.Length > 0))
        {
            _known["key"] = _keys.Admin;
            await SendAsync(seed, seed.Fill(_known), round);
        }

        GoesOnFrom = round;
    }

    /// <summary>Sends a request: some as they should be, so that there is something to ask for, most of them not.</summary>
    public async Task StepAsync(int round)
    {
        var mutations = new Mutations(_random);
        var seed = seeds[_random.Next(seeds.Count)];
        var isValid = _random.Next(5) == 0;
        _known["key"] = isValid ? _keys.Admin : KeyOf(_random.Next(10));
        var request = seed.Fill(_known);
        for (var times = isValid ? 0 : _random.Next(1, 4); times > 0; times--)
        {
            request = mutations.Apply(request);
        }

        await SendAsync(seed, request, round);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task SendAsync(Seed seed, FuzzRequest request, int round)
    {
        (Origin, Sent) = (seed.Name, request);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            Answer = await _connection.AskAsync(Sent.Bytes(host), Sent.Method != "HEAD", timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Answer = null;
            _connection.Dispose();
        }

        if (Answer is { Status: < 300 })
        {
            GoesOnFrom = Answer.Status == 202 || Sent.Target.Contains("/cancel", StringComparison.OrdinalIgnoreCase) ? round : GoesOnFrom;
            Keep(seed);
        }
    }

    private string KeyOf(int dice) => dice switch
    {
        0 => "bp_nobody_nothing",
        1 => "",
        2 => _keys.Read,
        3 or 4 => _keys.Write,
        _ => _keys.Admin,
    };

    private void Keep(Seed seed)
    {
        try
        {
            if (seed.Kept.Length > 0 && JsonNode.Parse(Answer!.Body) is JsonObject body && seed.MemberOf!(body) is { } value)
            {
                _known[seed.Kept] = value;
            }
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or NullReferenceException or InvalidOperationException or ArgumentException)
        {
            // A mutation asked for something else.
        }
    }
}

using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Secrets;

/// <summary>
/// The section <c>Secrets</c> of the configuration, checked at start: what upstreams' definitions name and only workers know. Not a
/// record, and without a text of its own, so that no value gets into a message by accident.
/// </summary>
public sealed class SecretsOptions
{
    /// <summary>Where it is read from.</summary>
    public const string Section = "Secrets";

    /// <summary>The secrets by name; configuration's names do not differ by case.</summary>
    public Dictionary<string, SecretOptions> Named { get; } = new(StringComparer.OrdinalIgnoreCase);

    // Read by hand: the binder would put a value that stands in the wrong place into its exception.
    internal void Read(IConfiguration section)
    {
        foreach (var secret in section.GetChildren())
        {
            Named[secret.Key] = new SecretOptions
            {
                Value = secret[nameof(SecretOptions.Value)] ?? "",
                Hosts = [.. secret.GetSection(nameof(SecretOptions.Hosts)).GetChildren().Select(host => host.Value ?? "")],
            };
        }
    }

    /// <summary>Fails the start when a secret cannot be used; says which, never its value.</summary>
    internal sealed class Validator : IValidateOptions<SecretsOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecretsOptions options)
        {
            var faults = options.Named.SelectMany(secret => secret.Value.Faults().Select(fault => $"{Section}:{secret.Key}:{fault}")).ToList();
            return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
        }
    }
}

/// <summary>One secret: <c>Secrets:{name}:Value</c> and <c>Secrets:{name}:Hosts</c>.</summary>
public sealed class SecretOptions
{
    /// <summary>Characters of a value, at least: a shorter one could be guessed, and could not be told from ordinary text in an answer.</summary>
    public const int ShortestValue = 8;

    /// <summary>Characters of a value, at most: what servers take as a header.</summary>
    public const int LongestValue = 8192;

    /// <summary>For header: the header's value; for basic: user:password; for oauth2: id:secret. 8 to 8,192 characters, none of them a control character.</summary>
    public string Value { get; set; } = "";

    /// <summary>Where it may be sent: exact host names or addresses, each for all ports or, as host:port, for one. At least one.</summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    internal IEnumerable<string> Faults()
    {
        if (Value.Length is < ShortestValue or > LongestValue || Value.Any(char.IsControl))
        {
            yield return $"{nameof(Value)} must have {ShortestValue} to {LongestValue} characters and no control characters";
        }

        if (Hosts.Count == 0)
        {
            yield return $"{nameof(Hosts)} must list the hosts that it may be sent to, such as api.example.com or api.example.com:8443";
        }

        foreach (var (place, host) in Hosts.Index())
        {
            if (HostBinding.TryParse(host) is null)
            {
                yield return $"{nameof(Hosts)}:{place} must be a host name or address, with a port if need be, and nothing else";
            }
        }
    }
}

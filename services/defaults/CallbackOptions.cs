using System.Net;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults;

/// <summary>Which addresses callbacks may go to: the configuration section <c>Callbacks</c>. By default https to the public internet.</summary>
public sealed class CallbackOptions
{
    /// <summary>Callbacks may go to this machine, and there also by http: for trying things out.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Callbacks may go by http, readable to everybody on the way.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Networks in CIDR form, such as 10.1.0.0/16, that callbacks may go to although they are not public.</summary>
    public IReadOnlyList<string> Allow { get; set; } = [];

    /// <summary>Fails the start when a network cannot be read.</summary>
    internal sealed class Validator : IValidateOptions<CallbackOptions>
    {
        public ValidateOptionsResult Validate(string? name, CallbackOptions options) =>
            options.Allow.FirstOrDefault(network => !IPNetwork.TryParse(network, out _)) is { } wrong
                ? ValidateOptionsResult.Fail($"Callbacks:Allow holds '{wrong}': it must be a network such as 10.1.0.0/16.")
                : ValidateOptionsResult.Success;
    }
}

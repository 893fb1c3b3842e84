using BatchPlatform.Api.Batches;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects;

/// <summary>Checks and makes callbacks of dialects: not signed, with the results in them, and by plain http where that is allowed.</summary>
public sealed class DialectCallbacks(AddressGuard guard, IOptions<DialectOptions> options)
{
    /// <summary>What is wrong with an address; null when it may be tried.</summary>
    public string? FaultOf(string url) =>
        BatchRules.IsText(url, BatchRules.MaxUrlLength)
            ? guard.FaultOf(url, options.Value.AllowHttpCallbacks)
            : $"must have at most {BatchRules.MaxUrlLength} characters";

    /// <summary>A callback to an address without a fault.</summary>
    /// <param name="url">The receiver.</param>
    /// <param name="format">The name of the notifier's format.</param>
    public Callback Make(string url, string format) => new(url, format, Include: "results", AllowHttp: options.Value.AllowHttpCallbacks);
}

using System.Text.Json.Serialization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Batches;

/// <summary>A callback as a client asks for it.</summary>
/// <param name="Url">Where to; https unless the configuration allows http.</param>
/// <param name="Format">json, ndjson, csv or none (no body).</param>
/// <param name="Include">summary; results or failed: the outcomes too, as long as they are not too many.</param>
/// <param name="Progress">Also tell how far the batch is, from time to time.</param>
/// <param name="Secret">What to sign with: <c>whsec_</c> and the base64 of 24 to 64 bytes; made when left out.</param>
public sealed record CallbackBody(string Url, string Format = "json", string Include = "summary", bool Progress = false, string? Secret = null);

/// <summary>A callback as clients see it.</summary>
public sealed record CallbackView(string Url, string Format, string Include, bool Progress)
{
    /// <summary>What it is signed with; only in the answer to the request that set it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>The stored callback without its secrets.</summary>
    public static CallbackView? Of(Callback? callback) =>
        callback is null ? null : new CallbackView(callback.Url, callback.Format, callback.Include, callback.Progress);
}

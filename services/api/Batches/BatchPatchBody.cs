using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Contracts;
using BatchPlatform.Defaults;

namespace BatchPlatform.Api.Batches;

/// <summary>What PATCH may change. A member left out stays, null resets it; a callback's secret that is reset is made anew.</summary>
public sealed record BatchPatchBody(string? Name = null, BatchSettings? Options = null, CallbackBody? Callback = null, Schedule? Schedule = null)
{
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth };

    /// <summary>Checks a merge patch against the batch it is for; gives the text for the lifecycle, which applies it to the batch as it then is.</summary>
    /// <exception cref="ProblemException">400 or 422: it cannot be applied.</exception>
    internal static (string Patch, bool NewSecret) Read(ReadOnlyMemory<byte> body, BatchRow batch, string timeZone, AddressGuard guard, CallbackSecrets secrets)
    {
        RequestBody.CheckSyntax(body.Span);
        return RequestBody.Fields(() =>
        {
            var patch = JsonNode.Parse(body.Span, documentOptions: NoDuplicates)!.AsObject();
            var merged = new JsonObject
            {
                ["options"] = JsonSerializer.SerializeToNode(batch.Options, ApiJson.Options),
                ["callback"] = JsonSerializer.SerializeToNode(CallbackView.Of(batch.Callback), ApiJson.Options),
                ["schedule"] = JsonSerializer.SerializeToNode(batch.Schedule, ApiJson.Options),
            };
            MergePatch.Apply(merged, patch);
            var result = merged.Deserialize<BatchPatchBody>(ApiJson.Options)!;
            // A callback that stays was judged by other rules if it is a dialect's.
            BatchRules.Check(result.Name, result.Options ?? new BatchSettings(), patch.ContainsKey("callback") ? result.Callback : null, result.Schedule, guard);
            if (patch["schedule"] is JsonObject schedule && result.Schedule!.TimeZone is null)
            {
                schedule["time_zone"] = timeZone;
            }

            var newSecret = patch["callback"] is JsonObject callback && SetSecrets(callback, batch.Callback?.Secrets, result.Callback!.Secret, secrets);
            return (patch.ToJsonString(), newSecret);
        });
    }

    // A client's secret goes on encrypted, as a member of the stored callback.
    private static bool SetSecrets(JsonObject callback, IReadOnlyList<CallbackSecret>? old, string? given, CallbackSecrets secrets)
    {
        if (!callback.Remove("secret") && old is not null)
        {
            return false;
        }

        callback["secrets"] = JsonSerializer.SerializeToNode(secrets.Change(old, given), ApiJson.Options);
        return true;
    }
}

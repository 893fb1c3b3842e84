using System.Text.Json.Nodes;

namespace BatchPlatform.Contracts;

/// <summary>JSON merge patches (RFC 7396): api checks with them what the lifecycle then does.</summary>
public static class MergePatch
{
    /// <summary>Applies a patch: null removes a member, objects merge member by member, anything else takes the place of what was there.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (member, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(member);
                    break;
                case JsonObject change:
                    if (target[member] is not JsonObject part)
                    {
                        target[member] = part = [];
                    }

                    Apply(part, change);
                    break;
                default:
                    target[member] = value.DeepClone();
                    break;
            }
        }
    }
}

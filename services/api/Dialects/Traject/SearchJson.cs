using System.Text.Json;
using BatchPlatform.Store.Results;
using BatchPlatform.Store.Tables;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Writes searches as clients gave them.</summary>
internal static class SearchJson
{
    /// <summary><c>{id, custom_id, …}</c>, its params beside them.</summary>
    public static void Write(Utf8JsonWriter json, long number, Job job)
    {
        json.WriteStartObject();
        json.WriteString("id", TrajectFiles.SearchId(number, job.Index));
        WriteMembers(json, System.Text.Encoding.UTF8.GetBytes(job.Params), job.CustomId is null ? null : System.Text.Encoding.UTF8.GetBytes(job.CustomId));
        json.WriteEndObject();
    }

    /// <summary>The params, and the custom id before them.</summary>
    public static void WriteMembers(Utf8JsonWriter json, ReadOnlyMemory<byte> raw, byte[]? customId)
    {
        if (customId is not null)
        {
            json.WriteString("custom_id", customId);
        }

        using var members = JsonDocument.Parse(raw);
        foreach (var member in members.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }
    }
}

using BatchPlatform.Contracts;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Names a job of a run to whoever does it, the same on every attempt.</summary>
internal static class IdempotencyKey
{
    public static string Of(RunSlice slice, PackedJob job) => $"{slice.Number}-{slice.Run}-{job.Index}";
}

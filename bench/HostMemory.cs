using System.IO.MemoryMappedFiles;

namespace BatchPlatform.Bench;

/// <summary>
/// Has the host of a virtual machine give back memory that it took while it was free. A page of that kind costs several times
/// as much as another, and how many a run meets depends on what ran before it: docs/benchmarks.md. Every big batch, the
/// peers' too, begins after memory for it was touched and freed.
/// </summary>
internal static class HostMemory
{
    private const int PageBytes = 4096;

    // Rows, indexes and the log of jobs and outcomes, in the database's memory and in the kernel's, and the queues.
    private const long BytesPerJob = 8 * 1024;
    private const long MostBytes = 4L << 30;

    /// <summary>Touches as much memory as a batch of so many jobs makes the database and the broker use, and frees it.</summary>
    public static void TouchFor(int jobs)
    {
        var bytes = Math.Min(jobs * BytesPerJob, Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));
        using var file = MemoryMappedFile.CreateNew(mapName: null, bytes);
        using var memory = file.CreateViewAccessor();
        for (var at = 0L; at < bytes; at += PageBytes)
        {
            memory.Write(at, (byte)1);
        }
    }
}

using System.Globalization;

namespace BatchPlatform.Bench;

/// <summary>What a process has used so far, read from /proc.</summary>
internal sealed class ProcessUse(string name, int id)
{
    // Linux counts CPU time in hundredths of a second (USER_HZ).
    private const double TicksPerSecond = 100;

    public string Name => name;

    /// <summary>Its last part.</summary>
    public string ShortName => Path.GetFileName(name);

    public double CpuSeconds => Ticks(2) / TicksPerSecond;

    public long PeakMebibytes => Number(File.ReadLines($"/proc/{id}/status")
        .First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;

    /// <summary>CPU seconds so far of this machine's processes of a name: of a server that makes a process for each connection, with those that have ended.</summary>
    public static double CpuSecondsOf(string name) => Directory.GetDirectories("/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _) && File.Exists($"{folder}/comm"))
        .Where(folder => File.ReadAllText($"{folder}/comm").TrimEnd() == name)
        .Sum(folder => new ProcessUse(name, int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).Ticks(4)) / TicksPerSecond;

    // The fields after the command's name, which may hold spaces. The 12th to the 15th: utime and stime, and both of children that have ended.
    private double Ticks(int fields) =>
        File.ReadAllText($"/proc/{id}/stat").Split(") ")[1].Split(' ')[11..(11 + fields)].Sum(Number);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

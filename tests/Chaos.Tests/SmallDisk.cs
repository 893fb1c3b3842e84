using System.Diagnostics;

namespace BatchPlatform.Chaos.Tests;

/// <summary>A disk of some MiB, in memory, that a test fills up; only for root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Errno28 = 28; // ENOSPC
    private readonly string _filler;

    /// <param name="mebibytes">Its size.</param>
    public SmallDisk(int mebibytes)
    {
        Folder = Directory.CreateTempSubdirectory("small-disk-").FullName;
        _filler = Path.Combine(Folder, "filler");
        Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", Folder);
    }

    public static bool IsPossible => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public string Folder { get; }

    /// <summary>Leaves no room at all.</summary>
    public void Fill()
    {
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException error) when ((error.HResult & 0xFFFF) == Errno28)
        {
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(_filler);

    public void Dispose()
    {
        Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

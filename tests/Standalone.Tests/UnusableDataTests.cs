using System.Diagnostics;
using System.Security.Cryptography;
using BatchPlatform.Testing;
using Xunit.Abstractions;

namespace BatchPlatform.Standalone.Tests;

/// <summary>Data that cannot be used stops the start with one line that says what is wrong, and stays as it is.</summary>
public sealed class UnusableDataTests(SavedData saved, ITestOutputHelper output) : IClassFixture<SavedData>, IDisposable
{
    private const int Page = 4096;
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    private string Database => Path.Combine(Data, "batchplatform.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_no_database()
    {
        saved.CopyTo(Data);
        await File.WriteAllBytesAsync(Database, RandomNumberGenerator.GetBytes(20 * Page));

        await RefusedAsync("is no SQLite database");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public async Task A_file_that_was_cut_off(double left)
    {
        saved.CopyTo(Data);
        await using (var file = File.OpenWrite(Database))
        {
            file.SetLength((long)(file.Length * left) / 512 * 512);
        }

        await RefusedAsync("is damaged: restore a backup");
    }

    [Fact]
    public async Task Pages_in_the_middle_that_were_torn()
    {
        saved.CopyTo(Data);
        await using (var file = File.OpenWrite(Database))
        {
            // The first page, which says how large the file is and where the tables are, stays whole.
            for (file.Position = file.Length / Page / 2 * Page; file.Position < file.Length - (8 * Page); file.Position += Page / 2)
            {
                await file.WriteAsync(RandomNumberGenerator.GetBytes(Page / 2));
            }
        }

        await RefusedAsync("is damaged: restore a backup");
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file()
    {
        saved.CopyTo(Data);
        File.Delete(Database);
        Directory.CreateDirectory(Database);

        await RefusedAsync("check that it is a file");
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder()
    {
        _folder.Write("data", "");

        await RefusedAsync("cannot be used");
    }

    [Fact]
    public async Task A_file_that_can_only_be_read()
    {
        saved.CopyTo(Data);
        await WhileReadOnlyAsync(Database, () => RefusedAsync("cannot be written: check its permissions"));
    }

    [Fact]
    public async Task A_folder_that_can_only_be_read()
    {
        saved.CopyTo(Data);
        await WhileReadOnlyAsync(Data, () => RefusedAsync("data folder"));
    }

    private async Task RefusedAsync(string told)
    {
        var before = Hash();

        var refused = await Execution.OfAsync(_folder.Path, ["--data", "data", "--urls", $"http://127.0.0.1:{LoopbackPort.Next()}"]);

        Assert.Equal((2, 1), (refused.ExitCode, refused.Error.TrimEnd().Split('\n').Length));
        Assert.Contains(told, refused.Error, StringComparison.Ordinal);
        Assert.Contains(Data, refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Hash());
    }

    private string Hash() => File.Exists(Database) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Database))) : "";

    // Permissions would not stop a test that runs as root, which mounts what others are refused by them.
    private async Task WhileReadOnlyAsync(string path, Func<Task> action)
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine("Left out: only on Linux.");
            return;
        }

        var mode = File.GetUnixFileMode(path);
        if (Environment.IsPrivilegedProcess)
        {
            Run("mount", "--bind", path, path);
            Run("mount", "-o", "remount,bind,ro", path);
        }
        else
        {
            File.SetUnixFileMode(path, mode & ~(UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        }

        try
        {
            await action();
        }
        finally
        {
            if (Environment.IsPrivilegedProcess)
            {
                Run("umount", path);
            }
            else
            {
                File.SetUnixFileMode(path, mode);
            }
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

using System.Net;
using System.Text.Json;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>Who the user is, and where; and how a command ends when that is not known.</summary>
[Collection(SharedPlatform.Name)]
public sealed class SignInTests(RunningPlatform platform) : IDisposable
{
    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_key_is_kept_where_only_its_owner_can_read_it(bool byVariable)
    {
        _bp.Environment.Remove("BP_URL");
        if (!byVariable)
        {
            _bp.Environment.Remove("BP_KEY");
        }

        var login = await _bp.RunAsync(["login", $"{platform.Address}"], byVariable ? "" : $"{RunningPlatform.Key}\n");
        _bp.Environment.Remove("BP_KEY");

        Assert.True(login.ExitCode == 0, login.Error);
        Assert.Equal(RunningPlatform.Key, JsonDocument.Parse(await File.ReadAllTextAsync(_bp.ConfigFile)).RootElement.GetProperty("key").GetString());
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_bp.ConfigFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_bp.ConfigFile)!));
        Assert.Equal(0, (await _bp.RunAsync("list")).ExitCode);

        Assert.Equal(0, (await _bp.RunAsync("logout")).ExitCode);
        Assert.False(File.Exists(_bp.ConfigFile));
        Assert.Contains("bp login", (await _bp.RunAsync("list")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_not_kept_that_way()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_bp.ConfigFile)!);
        await File.WriteAllTextAsync(_bp.ConfigFile, "damaged");
        Assert.Equal(2, (await _bp.RunAsync("list")).ExitCode);

        Assert.Equal(0, (await _bp.RunAsync("login", $"{platform.Address}")).ExitCode);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_bp.ConfigFile) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_key_that_the_platform_does_not_know_is_not_kept()
    {
        _bp.Environment["BP_KEY"] = "nobodys-key";

        var login = await _bp.RunAsync("login", $"{platform.Address}");

        Assert.Equal(2, login.ExitCode);
        Assert.Contains("does not know this key", login.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nobodys-key", login.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_bp.ConfigFile));
    }

    [Fact]
    public async Task A_kept_key_goes_to_no_other_address()
    {
        Assert.Equal(0, (await _bp.RunAsync("login", $"{platform.Address}")).ExitCode);
        _bp.Environment.Remove("BP_KEY");
        _bp.Environment.Remove("BP_URL");
        using var other = new HttpListener();
        var address = $"http://127.0.0.1:{LoopbackPort.Next()}/";
        other.Prefixes.Add(address);
        other.Start();
        var asked = other.GetContextAsync();

        var elsewhere = await _bp.RunAsync("list", "--url", address);
        var here = await _bp.RunAsync("list", "--url", $"{platform.Address}");

        Assert.Equal(2, elsewhere.ExitCode);
        Assert.Contains($"There is no key for {address}", elsewhere.Error, StringComparison.Ordinal);
        Assert.False(asked.IsCompleted);
        Assert.Equal(0, here.ExitCode);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://me:secret@127.0.0.1")]
    public async Task What_is_no_address_is_named(string address)
    {
        var run = await _bp.RunAsync("login", address);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("is no address of a platform", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_that_is_not_reached_ends_with_3()
    {
        var run = await _bp.RunAsync("list", "--json", "--url", $"http://127.0.0.1:{LoopbackPort.Next()}");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("NOT_REACHED", JsonDocument.Parse(run.Error).RootElement.GetProperty("code").GetString());
        Assert.Empty(run.LastLine);
    }

    [Fact]
    public async Task A_key_that_was_revoked_ends_with_2_and_the_way_out()
    {
        _bp.Environment["BP_KEY"] = "nobodys-key";

        var run = await _bp.RunAsync("list");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Sign in: bp login", run.Error, StringComparison.Ordinal);
    }
}

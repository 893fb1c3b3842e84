using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Xunit.Sdk;

namespace BatchPlatform.Testing;

/// <summary>One of our programs as a process of its own, on a free loopback port, killed when disposed of.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;
    private readonly Process _process;
    private readonly ProcessOutput _output = new();

    private ServiceProcess(string project, int port, Process process)
    {
        Project = project;
        Port = port;
        BaseAddress = new Uri($"http://127.0.0.1:{port}");
        Client = new HttpClient { BaseAddress = BaseAddress };
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Project { get; }

    public int Port { get; }

    public Uri BaseAddress { get; }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to both its outputs: its last 200,000 lines.</summary>
    public string Output => _output.ToString();

    /// <summary>Starts it and returns when <c>/health/ready</c> answers 200.</summary>
    /// <param name="project">Its folder from the repository's root, such as <c>services/api</c>.</param>
    /// <param name="environment">Set on top of the tests' own environment; null removes a variable.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="port">To start it again where it was; otherwise a free one.</param>
    /// <param name="timeout">How long it may take to be ready; 30 s unless given.</param>
    public static async Task<ServiceProcess> StartAsync(string project, IReadOnlyDictionary<string, string?>? environment = null,
        IReadOnlyList<string>? arguments = null, int? port = null, TimeSpan? timeout = null)
    {
        var service = await LaunchAsync(project, environment, arguments, port);
        try
        {
            await service.WaitUntilReadyAsync(timeout);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and does not wait: for what is not to become ready yet, and for programs that run and end.</summary>
    public static async Task<ServiceProcess> LaunchAsync(string project, IReadOnlyDictionary<string, string?>? environment = null,
        IReadOnlyList<string>? arguments = null, int? port = null)
    {
        var chosen = port ?? LoopbackPort.Next();
        var start = new ProcessStartInfo("dotnet", [RepositoryPaths.BuiltDll(project), .. arguments ?? []])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryPaths.Root,
        };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{chosen}";
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(project, chosen, await BoundProcess.StartAsync(start));
    }

    public async Task WaitUntilReadyAsync(TimeSpan? timeout = null)
    {
        try
        {
            // An early exit ends the wait at once.
            await Eventually.True(async () => HasExited || await IsReadyAsync(), timeout: timeout);
        }
        catch (XunitException exception)
        {
            throw Failure($"{Project} was not ready in time. {exception.Message}");
        }

        if (HasExited)
        {
            throw Failure($"{Project} ended with code {_process.ExitCode} before it was ready.");
        }
    }

    /// <summary>Waits for its end and returns its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(timeout ?? Eventually.DefaultTimeout, TimeProvider.System);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw Failure($"{Project} did not end in time.");
        }
    }

    /// <summary>SIGKILL: a crash.</summary>
    public void Kill() => Signal(Sigkill);

    /// <summary>SIGTERM: the orderly end.</summary>
    public void Terminate() => Signal(Sigterm);

    /// <summary>SIGSTOP: it is there and does nothing, until it is thawed.</summary>
    public void Freeze() => Signal(Sigstop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(Sigcont);

    public void Signal(int signal)
    {
        if (!HasExited)
        {
            _ = Native.Kill(Id, signal); // Fails only when it has just ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        using var answer = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative), limit.Token);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private XunitException Failure(string what) => new($"{what}\nThe end of its output:\n{_output.Tail()}");

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial int Kill(int processId, int signal);
    }
}

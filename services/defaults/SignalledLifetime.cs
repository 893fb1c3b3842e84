using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Defaults;

/// <summary>
/// Ends the process by signals: at SIGTERM it is not ready any more, and stops after the delay; at a second one, and at Ctrl-C,
/// which a person sends, it stops at once.
/// </summary>
internal sealed partial class SignalledLifetime(
    Draining draining, IHostApplicationLifetime host, IOptions<ShutdownOptions> options, TimeProvider time, ILogger<SignalledLifetime> logger)
    : IHostLifetime, IDisposable
{
    private readonly TimeSpan _delay = TimeSpan.FromSeconds(options.Value.DelaySeconds);
    private PosixSignalRegistration[] _signals = [];
    private int _terms;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerm),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, StopNow),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, StopNow),
        ];
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    private void OnTerm(PosixSignalContext signal)
    {
        if (Interlocked.Increment(ref _terms) > 1 || !host.ApplicationStarted.IsCancellationRequested)
        {
            StopNow(signal);
            return;
        }

        signal.Cancel = true;
        draining.Leave();
        Log.Leaving(logger, _delay.TotalSeconds);
        _ = StopLaterAsync();
    }

    private async Task StopLaterAsync()
    {
        await Task.Delay(_delay, time, host.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        host.StopApplication();
    }

    private void StopNow(PosixSignalContext signal)
    {
        signal.Cancel = true;
        host.StopApplication();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Told to end; requests are served for {Seconds} s more")]
        public static partial void Leaving(ILogger logger, double seconds);
    }
}

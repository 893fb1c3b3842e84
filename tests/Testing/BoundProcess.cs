using System.Collections.Concurrent;
using System.Diagnostics;

namespace BatchPlatform.Testing;

/// <summary>Starts processes that the kernel kills when this one dies, however it dies, so that a killed test run leaves none.</summary>
internal static class BoundProcess
{
    private const string SetPriv = "/usr/bin/setpriv";
    private static readonly BlockingCollection<Action> Starts = StartThread();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        if (File.Exists(SetPriv))
        {
            start.ArgumentList.Insert(0, start.FileName);
            start.ArgumentList.Insert(0, "--pdeathsig=KILL");
            start.FileName = SetPriv;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    // The kernel takes the end of the thread that started a process for the death of its parent, and the thread pool
    // ends idle threads: so all starts happen on one thread that never ends.
    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "process starts" };
        thread.Start();
        return starts;
    }
}

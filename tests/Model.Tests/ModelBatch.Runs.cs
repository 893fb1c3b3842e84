using BatchPlatform.Contracts;

namespace BatchPlatform.Model.Tests;

/// <summary>How runs begin, go on and end.</summary>
internal sealed partial class ModelBatch
{
    private string? BeginAll()
    {
        if (Total == 0)
        {
            return ErrorCodes.InvalidJobsCount;
        }

        BeginRun(Enumerable.Range(0, Total), canary: true);
        return null;
    }

    private void BeginRun(IEnumerable<int> jobs, bool canary)
    {
        EndHold();
        _epoch++;
        var run = new ModelRun(Runs.Count + 1, jobs) { Canary = canary && _made.Canary < Total ? _made.Canary : 0 };
        Runs.Add(run);
        State = BatchState.Committed;
        Send();
    }

    private string? Resume()
    {
        EndHold();
        _epoch++;
        Run!.Failures = 0;
        Run.Started = false;
        Run.Sample();
        State = BatchState.Committed;
        if (Run.IsSettled)
        {
            Settle();
        }
        else
        {
            Hold(Run.IsCanaryDone, Pausing.AfterCanary);
        }

        Send();
        return null;
    }

    private void Settle()
    {
        if (_stopOnError && Run!.Failures > 0)
        {
            Fail();
            return;
        }

        EndHold();
        State = BatchState.Finished;
        Announced.Add((BatchState.Finished, Run!.Number, _epoch));
        FireIfQueued();
    }

    private void Fail()
    {
        Halt();
        FireIfQueued();
    }

    private void Halt()
    {
        State = BatchState.Stopped;
        Announced.Add((BatchState.Stopped, Run!.Number, _epoch));
    }

    private void FireIfQueued()
    {
        if (FireQueued)
        {
            FireQueued = false;
            FireOnce();
        }
    }

    private void FireOnce()
    {
        if (Total > 0)
        {
            BeginRun(Enumerable.Range(0, Total), canary: true);
        }
    }

    // Whatever may be run is sent to the workers at once.
    private void Send()
    {
        if (Going && !Paused && !Deleted)
        {
            Run!.Out.UnionWith(Run.Runnable);
        }
    }
}

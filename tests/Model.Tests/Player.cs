using BatchPlatform.Contracts;
using MassTransit;

namespace BatchPlatform.Model.Tests;

/// <summary>Plays one sequence on the model and on the product, step by step, until they differ.</summary>
internal sealed class Player(ModelHost host, Sequence sequence)
{
    private const int MostDraining = 60;
    private static readonly DateTime Noon = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly Guid _id = Guid.CreateVersion7();
    private readonly ModelBatch _model = new(sequence.Made);
    private readonly long _number = host.NextNumber();
    private FakeWorker _worker = null!;
    private ProductBatch _product = null!;
    private Func<Task<CommandReply>> _last = null!;
    private string? _lastCode;
    private int _revision;

    /// <summary>The first difference, with the step that brought it; null when there is none.</summary>
    public async Task<string?> PlayAsync()
    {
        _worker = host.WorkerOf(_id);
        _product = new ProductBatch(host, _worker, _id, _number);
        await host.AnnounceAsync();
        if (await CreateAsync() is { } created)
        {
            return $"create: {created}";
        }

        foreach (var step in sequence.Steps)
        {
            if (await DifferenceAsync(step) is { } difference)
            {
                return $"{step}: {difference}";
            }
        }

        return await DrainAsync() is { } stuck ? $"at the end: {stuck}" : null;
    }

    private async Task<string?> CreateAsync()
    {
        var made = sequence.Made;
        var options = new BatchSettings(
            made.StopOnError, CanaryJobs: made.Canary,
            FailureBudget: made.Budget ? new FailureBudget(Creation.BudgetRate, Creation.BudgetMinimum, made.BudgetPauses ? BudgetSpent.Pause : BudgetSpent.Stop) : null);
        var append = made.Jobs == 0 ? null : await host.Product.StageAsync(_number, baseIndex: 0, revision: ++_revision, made.Jobs);
        var schedule = made.Overlap is { } overlap ? new Schedule(ScheduleKind.Manual, Overlap: overlap) : null;
        var command = new CreateBatch(
            _id, Guid.NewGuid(), _number, "default", "a batch", made.Recurring, options, new Callback("https://client.test/ended"), Dialect: null, DialectDocument: null, append, made.Commit, schedule);
        return await AskAsync(_model.Deleted ? ErrorCodes.InvalidJobsCount : null, () => host.Product.AskAsync(command)) ?? await _product.DifferenceAsync(_model);
    }

    private async Task<string?> DifferenceAsync(Step step) => await DoAsync(step) ?? await _product.DifferenceAsync(_model);

    private async Task<string?> DoAsync(Step step) => step.Verb switch
    {
        Verb.Append => await AppendAsync(step.Number, outdated: false),
        Verb.AppendOutdated => await AppendAsync(step.Number, outdated: true),
        Verb.Patch => await SendAsync(_model.Patch(step.Bits % 2 == 1), id => new UpdateBatch(_id, id, $$$"""{"options":{"stop_on_job_error":{{{(step.Bits % 2 == 1 ? "true" : "false")}}}}}""")),
        Verb.PatchDocument => await SendAsync(_model.PatchDocument(), id => new UpdateBatch(_id, id, """{"dialect_document":{"a":1}}""")),
        Verb.Commit => await SendAsync(_model.Commit(), id => new CommitBatch(_id, id)),
        Verb.Start => await SendAsync(_model.Start(), id => new StartBatch(_id, id)),
        Verb.Stop => await SendAsync(_model.Stop(), id => new StopBatch(_id, id)),
        Verb.Pause => await SendAsync(_model.Pause(), id => new PauseBatch(_id, id, "because")),
        Verb.Unpause => await SendAsync(_model.Unpause(), id => new ResumeBatch(_id, id)),
        Verb.RetryFailed => await SendAsync(_model.RetryFailed(), id => new RetryFailedJobs(_id, id)),
        Verb.Delete => await SendAsync(_model.Delete(force: false), id => new DeleteBatch(_id, id, Force: false)),
        Verb.DeleteByForce => await SendAsync(_model.Delete(force: true), id => new DeleteBatch(_id, id, Force: true)),
        Verb.Repeat => await AskAsync(_lastCode, _last),
        Verb.Cancel => await CancelAsync(step.Number - 1),
        Verb.Fire => await FireAsync(_model.Fires, _model.Fire),
        Verb.FireAgain => _model.Fires == 0 ? null : await FireAsync(_model.Fires - 1, () => { }),
        _ => await WorkAsync(step, step.Verb == Verb.ReportOfOldRun ? _model.Runs.ElementAtOrDefault(_model.Runs.Count - 2) : _model.Run),
    };

    private async Task<string?> AppendAsync(int jobs, bool outdated)
    {
        var (from, revision) = (_model.Total + (outdated ? 1 : 0), _revision + 1);
        var expected = _model.Append(jobs, outdated);
        var append = new StagedAppend(Guid.NewGuid(), from, revision, jobs, [new LaneCount("test", from, jobs)]);
        if (expected is null)
        {
            append = await host.Product.StageAsync(_number, from, ++_revision, jobs);
        }

        return await SendAsync(expected, id => new AcceptAppend(_id, id, append));
    }

    private Task<string?> SendAsync<T>(string? expected, Func<Guid, T> command)
        where T : class, IBatchCommand
    {
        var message = command(Guid.NewGuid());
        return AskAsync(expected, () => host.Product.AskAsync(message));
    }

    private async Task<string?> AskAsync(string? expected, Func<Task<CommandReply>> ask)
    {
        (_last, _lastCode) = (ask, expected);
        var reply = await ask();
        return reply.Code == expected ? null : $"the answer is {reply.Code ?? "accepted"}, not {expected ?? "accepted"}";
    }

    private async Task<string?> CancelAsync(int job)
    {
        var (run, expected) = (_model.Run, _model.Cancel(job));
        var client = host.Product.Bus.CreateRequestClient<CancelJob>(new Uri($"exchange:{Queues.Operations}"), TimeSpan.FromSeconds(60));
        var reply = (await client.GetResponse<JobReply>(new CancelJob(_number, job))).Message;
        if (expected is null)
        {
            _worker.Forget(run!.Number, job);
        }

        return reply.Code == expected ? null : $"the answer is {reply.Code ?? "accepted"}, not {expected ?? "accepted"}";
    }

    private async Task<string?> FireAsync(int minute, Action expected)
    {
        expected();
        await host.Product.Bus.Publish(new ScheduleFired(_id, Revision: 1, Noon.AddMinutes(minute)));
        return null;
    }

    // A worker's part. Of a batch that is gone it has nothing to say.
    private async Task<string?> WorkAsync(Step step, ModelRun? run)
    {
        if (run is null || _model.Deleted || run.Out.Count == 0)
        {
            return null;
        }

        var jobs = _worker.Some(run.Number, step.Number);
        switch (step.Verb)
        {
            case Verb.Heartbeat:
                _model.Seen(run);
                await _worker.HeartbeatAsync(run.Number);
                break;
            case Verb.HandBack:
                _model.HandBack(run);
                await _worker.HandBackAsync(run.Number);
                break;
            case Verb.TryAgain:
                _model.TryAgain(run, jobs);
                await _worker.TryAgainAsync(run.Number, jobs);
                break;
            default:
                var outcomes = jobs.Select((job, place) => (job, (step.Bits >> (place % 4) & 1) == 0)).ToList();
                _model.End(run, outcomes);
                await _worker.ReportAsync(run.Number, outcomes);
                break;
        }

        return null;
    }

    // Brings the batch to its end, where every job must have its one outcome.
    private async Task<string?> DrainAsync()
    {
        for (var steps = 0; steps < MostDraining && !_model.Deleted && _model.State != BatchState.Finished && _model.Total > 0; steps++)
        {
            var verb = _model switch
            {
                { State: BatchState.Created } => Verb.Commit,
                { State: BatchState.Stopped } => Verb.Start,
                { Paused: true } => Verb.Unpause,
                _ => Verb.Report,
            };
            if (await DifferenceAsync(new Step(verb, Number: 6, Bits: 0)) is { } difference)
            {
                return $"{verb}: {difference}";
            }
        }

        foreach (var run in _model.Runs)
        {
            await _worker.HandBackAsync(run.Number);
        }

        return await _product.LedgerDifferenceAsync(_model);
    }
}

using BatchPlatform.Contracts;
using BatchPlatform.Defaults;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Api.Tests;

/// <summary>Stands in for the saga: answers commands as it is told to, and keeps just enough of a batch for the api to see.</summary>
internal sealed class FakeLifecycle(BatchStore store) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<IBatchCommand> _commands = [];

    /// <summary>Decides before the fake does: a reply to give without any effect, or null to go on.</summary>
    public Func<IBatchCommand, CommandReply?> Refuse { get; set; } = _ => null;

    /// <summary>Commands that take effect and are not answered.</summary>
    public Func<IBatchCommand, bool> Silent { get; set; } = _ => false;

    /// <summary>Commands that never arrive.</summary>
    public Func<IBatchCommand, bool> Lost { get; set; } = _ => false;

    /// <summary>The reply to the cancelling of a job; null for none.</summary>
    public Func<CancelJob, JobReply?> Cancel { get; set; } = _ => new JobReply(Code: null, Detail: null);

    /// <summary>Every command in the order of its arrival.</summary>
    public IReadOnlyList<IBatchCommand> Commands
    {
        get
        {
            lock (_commands)
            {
                return [.. _commands];
            }
        }
    }

    public static BusPart Bus => new(
        bus =>
        {
            bus.AddConsumer<Consumer>();
            bus.AddConsumer<OperationsConsumer>();
        },
        (context, queues) =>
        {
            queues.Durable(Queues.BatchLifecycle, 16, queue => queue.ConfigureConsumer<Consumer>(context));
            queues.Durable(Queues.Operations, 16, queue => queue.ConfigureConsumer<OperationsConsumer>(context));
        });

    public static CommandReply Refused(IBatchCommand command, string code) => new(command.CommandId, code, "refused by the test", BatchState.Created, 0, 0);

    public async Task HandleAsync(ConsumeContext context, IBatchCommand command)
    {
        lock (_commands)
        {
            _commands.Add(command);
        }

        if (Lost(command))
        {
            return;
        }

        await _turn.WaitAsync();
        try
        {
            var reply = Refuse(command) ?? await ApplyAsync(command);
            if (!Silent(command))
            {
                await context.RespondAsync(reply);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<CommandReply> ApplyAsync(IBatchCommand command)
    {
        await using var unit = await store.BeginAsync();
        var batch = await unit.Db.Batches.FirstOrDefaultAsync(b => b.CorrelationId == command.BatchId);
        if (batch is null && command is CreateBatch create)
        {
            batch = New(create);
            unit.Db.Batches.Add(batch);
        }

        if (batch is null || batch.DeletedAt is not null)
        {
            return new CommandReply(command.CommandId, ErrorCodes.BatchNotFound, null, null, 0, 0);
        }

        var reply = batch.Replies.FirstOrDefault(kept => kept.CommandId == command.CommandId);
        if (reply is null)
        {
            var code = Change(batch, command);
            reply = new CommandReply(command.CommandId, code, null, Enum.Parse<BatchState>(batch.CurrentState), batch.Total, batch.Run);
            batch.Replies = [.. batch.Replies, reply];
            batch.Version++;
        }

        await unit.CommitAsync();
        return reply;
    }

    private static Batch New(CreateBatch create) => new()
    {
        CorrelationId = create.BatchId,
        Number = create.Number,
        Tenant = create.Tenant,
        Name = create.Name,
        Recurring = create.Recurring,
        Options = create.Options,
        Callback = create.Callback,
        Dialect = create.Dialect,
        CurrentState = nameof(BatchState.Created),
    };

    private static string? Change(Batch batch, IBatchCommand command)
    {
        switch (command)
        {
            case CreateBatch create:
                batch.CurrentState = (create.Commit ? BatchState.Committed : BatchState.Created).ToString();
                return create.Append is null ? null : Append(batch, create.Append);
            case AcceptAppend append:
                return batch.CurrentState == nameof(BatchState.Created) ? Append(batch, append.Append) : ErrorCodes.BatchAlreadyCommitted;
            case CommitBatch:
                batch.CurrentState = nameof(BatchState.Committed);
                return null;
            case StopBatch:
                batch.CurrentState = nameof(BatchState.Stopped);
                return null;
            case PauseBatch pause:
                (batch.Paused, batch.PauseReason) = (true, pause.Reason);
                return null;
            case DeleteBatch:
                batch.DeletedAt = batch.CreatedAt;
                return null;
            default:
                return null;
        }
    }

    private static string? Append(Batch batch, StagedAppend append)
    {
        if (append.BaseIndex != batch.NextIndex || append.Revision != batch.Revision + 1)
        {
            return ErrorCodes.AppendOutdated;
        }

        batch.Revision = append.Revision;
        batch.NextIndex += append.Count;
        batch.Total += append.Count;
        return null;
    }

    private sealed class OperationsConsumer(FakeLifecycle lifecycle, BatchStore store) : IConsumer<CancelJob>, IConsumer<PauseUpstream>
    {
        public async Task Consume(ConsumeContext<CancelJob> context)
        {
            if (lifecycle.Cancel(context.Message) is { } reply)
            {
                await context.RespondAsync(reply);
            }
        }

        public async Task Consume(ConsumeContext<PauseUpstream> context)
        {
            var (ns, paused, reason) = (context.Message.Namespace, context.Message.Paused, context.Message.Reason);
            await using var unit = await store.BeginAsync();
            await unit.Db.Gates.Where(gate => gate.Namespace == ns).ExecuteDeleteAsync();
            unit.Db.Gates.Add(new Gate { Namespace = ns, Paused = paused, PauseReason = paused ? reason : null, ClosedUntil = DateTime.UnixEpoch, BurstFrom = DateTime.UnixEpoch });
            await unit.CommitAsync();
            await context.RespondAsync(new UpstreamPaused(ns, paused, reason));
        }
    }

    private sealed class Consumer(FakeLifecycle lifecycle) :
        IConsumer<CreateBatch>, IConsumer<AcceptAppend>, IConsumer<UpdateBatch>, IConsumer<CommitBatch>, IConsumer<StartBatch>,
        IConsumer<StopBatch>, IConsumer<RetryFailedJobs>, IConsumer<PauseBatch>, IConsumer<ResumeBatch>, IConsumer<DeleteBatch>
    {
        public Task Consume(ConsumeContext<CreateBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<AcceptAppend> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<UpdateBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<CommitBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<StartBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<StopBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<RetryFailedJobs> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<PauseBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<ResumeBatch> context) => lifecycle.HandleAsync(context, context.Message);

        public Task Consume(ConsumeContext<DeleteBatch> context) => lifecycle.HandleAsync(context, context.Message);
    }
}

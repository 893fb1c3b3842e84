using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Api.Batches;
using BatchPlatform.Api.Tenants;
using BatchPlatform.Contracts;
using BatchPlatform.Store;
using BatchPlatform.Store.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Creates, shows, updates, starts, stops and deletes batches.</summary>
public sealed class BatchHandlers(
    BatchStore store, DialectBatches batches, TrajectBatches mine, SearchHandlers searches, TrajectDialect dialect, DialectCallbacks callbacks,
    BatchCommands commands, TenantDefaults defaults, IOptions<PublicOptions> address)
{
    private static readonly string[] Priorities = ["highest", "high", "normal", "low", "lowest"];

    /// <summary>POST /batches.</summary>
    public async Task<IResult> CreateAsync(HttpContext context, TrajectWords words)
    {
        var parameters = await TrajectDialect.ParametersAsync(context);
        var settings = new TrajectSettings { Kind = words.Batch, Root = address.Value.RootFor(context.Request) }.With(parameters);
        var schedule = TrajectSchedules.Of(settings);
        var name = new TrajectParameters(parameters).Text("name", old: null) ?? throw TrajectRefusal.Invalid("name", "is required");
        CheckName(name);
        var draft = await batches.DraftAsync(context, dialect, SearchHandlers.JobsOf(parameters, words) is { Count: > 0 } jobs ? jobs : null);
        await batches.CreateAsync(
            draft with
            {
                Name = name,
                Recurring = true,
                Options = new BatchSettings(Priority: Priority(parameters, BatchPriority.Normal)),
                Callback = Callback(settings),
                Schedule = schedule,
                DialectDocument = settings.ToJson(),
            },
            context.RequestAborted);
        return await mine.AnswerAsync(context, words, draft.Number);
    }

    /// <summary>GET /batches/{id}.</summary>
    public async Task<IResult> GetAsync(HttpContext context, TrajectWords words, string id) =>
        await mine.AnswerAsync(context, words, (await mine.FindAsync(context, words, id)).Number);

    /// <summary>PUT /batches/{id}: settings, searches to add, or both. Both are checked before either is sent.</summary>
    public async Task<IResult> UpdateAsync(HttpContext context, TrajectWords words, string id)
    {
        var batch = await mine.FindAsync(context, words, id);
        var parameters = await TrajectDialect.ParametersAsync(context);
        var added = SearchHandlers.JobsOf(parameters, words);
        var patch = added is null || parameters.All.Keys.Except([words.Searches, "api_key"]).Any() ? await PatchAsync(context, batch, parameters) : null;
        if (added is not null)
        {
            await searches.AddAsync(context, batch, added);
        }

        if (patch is not null)
        {
            await SendAsync(new UpdateBatch(batch.CorrelationId, Guid.NewGuid(), patch, context.Actor()));
        }

        return await mine.AnswerAsync(context, words, batch.Number);
    }

    /// <summary>DELETE /batches/{id}.</summary>
    public async Task<IResult> DeleteAsync(HttpContext context, TrajectWords words, string id)
    {
        var batch = await mine.FindAsync(context, words, id);
        await SendAsync(new DeleteBatch(batch.CorrelationId, Guid.NewGuid(), Force: false, Actor: context.Actor()));
        return Results.Json(TrajectRefusal.Body(success: true, $"{words.Batch} deleted"));
    }

    /// <summary>GET /batches/{id}/start: a new result set of the searches as they are, also of a batch that was stopped.</summary>
    public Task<IResult> StartAsync(HttpContext context, TrajectWords words, string id) =>
        MoveAsync(context, words, id, batch => new StartBatch(batch, Guid.NewGuid(), context.Actor(), Anew: true), "started");

    /// <summary>GET /batches/{id}/stop.</summary>
    public Task<IResult> StopAsync(HttpContext context, TrajectWords words, string id) =>
        MoveAsync(
            context, words, id, batch => new StopBatch(batch, Guid.NewGuid(), context.Actor()), "stopped",
            batch => TrajectBatches.IsActive(batch) ? null : $"The {words.BatchTitle} is not queued or running");

    /// <summary>GET /batches/stopall.</summary>
    public async Task<IResult> StopAllAsync(HttpContext context, TrajectWords words)
    {
        await using var db = store.Read();
        var active = await DialectBatches.Of(db, context, dialect)
            .Where(batch => batch.CurrentState == nameof(BatchState.Committed) || batch.CurrentState == nameof(BatchState.Running))
            .Select(batch => batch.CorrelationId)
            .ToListAsync(context.RequestAborted);
        var stopped = 0;
        foreach (var batch in active)
        {
            stopped += (await commands.SendAsync(new StopBatch(batch, Guid.NewGuid(), context.Actor()))).Accepted ? 1 : 0;
        }

        var body = TrajectRefusal.Body(success: true, $"{stopped} {words.BatchTitle}{(stopped == 1 ? "" : words.Batches[words.Batch.Length..])} stopped");
        body[$"{words.Batches}_stopped"] = stopped;
        body[$"{words.Batches}_failed_to_stop"] = active.Count - stopped;
        return Results.Json(body);
    }

    private async Task<IResult> MoveAsync<T>(
        HttpContext context, TrajectWords words, string id, Func<Guid, T> command, string done, Func<Batch, string?>? refusal = null)
        where T : class, IBatchCommand
    {
        var batch = await mine.FindAsync(context, words, id);
        if (refusal?.Invoke(batch) is { } reason)
        {
            throw new ProblemException(Problems.Conflict(ErrorCodes.BatchNotRunning, reason));
        }

        await SendAsync(command(batch.CorrelationId));
        return await mine.AnswerAsync(context, words, batch.Number, $"{words.BatchTitle} {done}");
    }

    private async Task<string> PatchAsync(HttpContext context, Batch batch, Parameters parameters)
    {
        var settings = (TrajectSettings.Of(batch) with { Root = address.Value.RootFor(context.Request) }).With(parameters);
        var zone = (await defaults.OfAsync(batch.Tenant, context.RequestAborted)).TimeZone;
        var schedule = TrajectSchedules.Of(settings) is { } local ? local with { TimeZone = batch.Schedule?.TimeZone ?? zone } : null;
        var name = new TrajectParameters(parameters).Text("name", batch.Name) ?? batch.Name;
        CheckName(name);
        return new JsonObject
        {
            ["name"] = name,
            ["options"] = new JsonObject { ["priority"] = JsonSerializer.SerializeToNode(Priority(parameters, batch.Options.Priority), ApiJson.Options) },
            ["callback"] = JsonSerializer.SerializeToNode(Callback(settings), ApiJson.Options),
            ["schedule"] = JsonSerializer.SerializeToNode(schedule, ApiJson.Options),
            ["dialect_document"] = JsonNode.Parse(settings.ToJson()),
        }.ToJsonString();
    }

    private static BatchPriority Priority(Parameters parameters, BatchPriority old) =>
        Enum.Parse<BatchPriority>(new TrajectParameters(parameters).Choice("priority", Priorities, old.ToString().ToLowerInvariant()), ignoreCase: true);

    // The body has links to the results, not the results themselves.
    private Callback? Callback(TrajectSettings settings) => settings.NotificationWebhook switch
    {
        null => null,
        var url when callbacks.FaultOf(url) is { } fault => throw TrajectRefusal.Invalid("notification_webhook", fault),
        var url => callbacks.Make(url, dialect.Name) with { Include = "summary" },
    };

    private static void CheckName(string? name)
    {
        if (!BatchRules.IsText(name, Limits.NameLength))
        {
            throw TrajectRefusal.Invalid("name", $"must have at most {Limits.NameLength} characters");
        }
    }

    private async Task SendAsync<T>(T command)
        where T : class, IBatchCommand
    {
        if (await commands.SendAsync(command) is { Accepted: false } refused)
        {
            throw new ProblemException(refused.AsProblem());
        }
    }
}

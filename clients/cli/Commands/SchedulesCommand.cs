using System.CommandLine;
using System.Text.Json.Nodes;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Batches that run by themselves.</summary>
internal static class SchedulesCommand
{
    public static Command Make()
    {
        var list = List();
        var command = new Command("schedules", "Batches that run by themselves; lists them unless told otherwise.")
        {
            list,
            Set("enable", "Let a schedule fire.", enabled: true),
            Set("disable", "Keep a schedule from firing.", enabled: false),
            RunNow(),
        };
        command.Action = list.Action;
        return command;
    }

    private static Command List() => new Command("list", "List them, the next to fire first.").Does(async (session, _, cancellationToken) =>
    {
        var scheduled = await session.Platform.Batches.ListAsync(new BatchFilter { Scheduled = true }, cancellationToken: cancellationToken)
            .OrderBy(batch => batch.NextRunAt ?? DateTimeOffset.MaxValue)
            .ToListAsync(cancellationToken);
        await session.Output.ListAsync(scheduled.ToAsyncEnumerable(), "No batch has a schedule.", Columns);
    });

    private static Command Set(string name, string description, bool enabled)
    {
        var batch = Arguments.Batch();
        return new Command(name, description) { batch }.Does(async (session, parsed, cancellationToken) =>
        {
            var id = parsed.GetRequiredValue(batch);
            if ((await session.Platform.Batches.GetAsync(id, cancellationToken)).Schedule is null)
            {
                throw new BadInputException($"Batch {id} has no schedule.");
            }

            var patch = new JsonObject { ["schedule"] = new JsonObject { ["enabled"] = enabled } };
            var changed = await session.Platform.Batches.UpdateAsync(id, patch, cancellationToken);
            session.Output.Tell(changed, changed.NextRunAt is { } next ? $"Batch {id} runs next at {next.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}." : $"Batch {id} does not run by itself.");
        });
    }

    private static Command RunNow()
    {
        var batch = Arguments.Batch();
        return new Command("run-now", "Run a batch once now; its schedule stays.") { batch }.Does(async (session, parsed, cancellationToken) =>
        {
            var started = await session.Platform.Batches.StartAsync(parsed.GetRequiredValue(batch), cancellationToken);
            session.Output.Tell(started, $"Batch {started.Id} is {started.State}. Follow it: bp watch {started.Id}");
        });
    }

    private static readonly Column<Batch>[] Columns =
    [
        new("ID", batch => batch.Id),
        new("NAME", batch => batch.Name),
        new("NEXT", batch => batch.NextRunAt),
        new("KIND", batch => batch.Schedule!.Kind),
        new("WHEN", batch => When(batch.Schedule!)),
        new("ZONE", batch => batch.Schedule!.TimeZone),
        new("ENABLED", batch => batch.Schedule!.Enabled),
        new("LAST", batch => batch.Schedule!.LastFire?.Result),
    ];

    private static string When(Schedule schedule) => string.Join(' ', new[]
    {
        schedule.Cron,
        schedule.Minutes,
        schedule.Hours is { Count: > 0 } hours ? $"hours {string.Join(',', hours)}" : null,
        schedule.DaysOfWeek is { Count: > 0 } days ? $"weekdays {string.Join(',', days)}" : null,
        schedule.DaysOfMonth is { Count: > 0 } dates ? $"days {string.Join(',', dates)}" : null,
    }.OfType<string>());
}

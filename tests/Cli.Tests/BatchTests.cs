using System.Text.Json;
using BatchPlatform.Client;
using BatchPlatform.Testing;

namespace BatchPlatform.Cli.Tests;

/// <summary>Commands that list, show and move batches.</summary>
[Collection(SharedPlatform.Name)]
public sealed class BatchTests(RunningPlatform platform) : IDisposable
{
    private readonly Bp _bp = new(platform.Address);

    public void Dispose() => _bp.Dispose();

    [Fact]
    public async Task A_list_is_a_table_or_a_line_of_JSON_for_each()
    {
        var name = $"listed {Guid.NewGuid():N}";
        var batch = await _bp.EndedAsync(new NewBatch { Name = name, Jobs = Bp.Jobs(2) });
        await _bp.Client.Batches.CreateAsync(new NewBatch { Name = name + " too" });

        var table = await _bp.RunAsync("list", "--name", name, "--state", "finished", "--created-after", "1h");
        var lines = await _bp.JsonAsync("list", "--name", name);

        Assert.Matches("^ID +NUMBER +NAME +STATE +JOBS +COMPLETED +FAILED +CREATED", table.Output[0]);
        Assert.Contains($"{batch.Id}", table.Output[1], StringComparison.Ordinal);
        Assert.Equal("", table.Output[2]);
        Assert.Equal([name + " too", name], lines.Select(line => line.GetProperty("name").GetString()));
        Assert.Single(await _bp.JsonAsync("list", "--name", name, "--limit", "1"));
        Assert.Contains("No batches", (await _bp.RunAsync("list", "--name", "no such name")).LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_is_grouped_and_run_again_by_one_action()
    {
        var name = $"failing {Guid.NewGuid():N}";
        var batch = await _bp.EndedAsync(new NewBatch { Name = name, Jobs = [Bp.FailingJob, .. Bp.Jobs(2)] });

        var errors = await _bp.JsonAsync("errors", $"{batch.Id}");
        var code = errors.Single().GetProperty("code").GetString()!;
        var matched = await _bp.JsonAsync("actions", "batches", "retry-failed", "--name", name, "--error-code", code, "--dry-run");
        var begun = await _bp.JsonAsync("actions", "batches", "retry-failed", "--name", name, "--error-code", code, "--yes");
        var id = begun.Single().GetProperty("id").GetString()!;

        Assert.Equal((1, 1), (errors.Single().GetProperty("count").GetInt32(), matched.Single().GetProperty("matched").GetInt32()));
        await Eventually.True(async () => (await _bp.JsonAsync("actions", "show", id)).Single().GetProperty("state").GetString() == "Finished");
        await Eventually.True(async () => (await _bp.Client.Batches.GetAsync(batch.Id)) is { Run: 2, State: BatchState.Finished });
        Assert.Contains(await _bp.JsonAsync("actions", "list"), action => action.GetProperty("id").GetString() == id && action.GetProperty("done").GetInt32() == 1);
    }

    [Fact]
    public async Task Batches_are_told_apart_by_whether_they_have_a_schedule()
    {
        var name = $"daily {Guid.NewGuid():N}";
        await _bp.Client.Batches.CreateAsync(new NewBatch { Name = name + " no more" });
        await _bp.Client.Batches.CreateAsync(new NewBatch { Name = name, Schedule = new Schedule { Kind = ScheduleKind.Daily, Hours = [3] } });

        Assert.Equal(name, (await _bp.JsonAsync("list", "--name", name, "--scheduled")).Single().GetProperty("name").GetString());
        Assert.Equal(name + " no more", (await _bp.JsonAsync("list", "--name", name, "--scheduled", "false")).Single().GetProperty("name").GetString());
        Assert.Contains(await _bp.JsonAsync("schedules"), batch => batch.GetProperty("name").GetString() == name);
    }

    [Fact]
    public async Task Others_words_cannot_write_on_the_terminal()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Name = "\u001b[2Jgone [red]too[/]" });

        var shown = await _bp.RunAsync("show", $"{batch.Id}");

        Assert.Contains(shown.Output, line => line.Contains("\uFFFD[2Jgone [red]too[/]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_is_moved_as_asked_for()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Jobs = [Bp.FailingJob, .. Bp.Jobs(2)] });
        var id = $"{batch.Id}";

        Assert.Equal("because", (await _bp.JsonAsync("pause", id, "--reason", "because")).Single().GetProperty("pause_reason").GetString());
        Assert.Equal("Committed", State(await _bp.JsonAsync("start", id)));
        Assert.Equal("Stopped", State(await _bp.JsonAsync("stop", id)));
        Assert.Equal(0, (await _bp.RunAsync("resume", id)).ExitCode);
        Assert.Equal(0, (await _bp.RunAsync("start", id)).ExitCode);
        await _bp.Client.Batches.WaitAsync(batch.Id);
        Assert.Equal(0, (await _bp.RunAsync("retry-failed", id)).ExitCode);
        await _bp.Client.Batches.WaitAsync(batch.Id);

        var shown = (await _bp.JsonAsync("show", id)).Single().Deserialize<Batch>(ClientJson.Options)!;
        Assert.Equal((2, 2, 1), (shown.Run, shown.Counts.Completed, shown.Counts.Failed));
        var refused = await _bp.RunAsync("stop", id, "--json");
        Assert.Equal((2, "BATCH_NOT_RUNNING"), (refused.ExitCode, JsonDocument.Parse(refused.Error).RootElement.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("the one", "the one")]
    [InlineData(null, "number")]
    public async Task A_delete_asks_for_the_name_or_the_number(string? name, string expected)
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Name = name });
        var answer = expected == "number" ? $"{batch.Number}" : expected;

        var refused = await _bp.RunAsync(["delete", $"{batch.Id}"], "yes\n");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"type {answer}:", refused.Error, StringComparison.Ordinal);
        Assert.Equal(batch.Number, (await _bp.Client.Batches.GetAsync(batch.Id)).Number);

        var deleted = await _bp.RunAsync(["delete", $"{batch.Id}"], $"{answer}\n");
        Assert.True(deleted.ExitCode == 0, deleted.Error);
        Assert.Equal(2, (await _bp.RunAsync("show", $"{batch.Id}")).ExitCode);
    }

    [Fact]
    public async Task A_script_deletes_without_being_asked()
    {
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch());

        Assert.Equal($"{batch.Id}", (await _bp.JsonAsync("delete", $"{batch.Id}", "--yes", "--force")).Single().GetProperty("deleted").GetString());
    }

    [Fact]
    public async Task Schedules_are_listed_disabled_enabled_and_run()
    {
        var schedule = new Schedule { Kind = ScheduleKind.Daily, Hours = [9], TimeZone = "Europe/Berlin" };
        var batch = await _bp.Client.Batches.CreateAsync(new NewBatch { Name = "daily one", Schedule = schedule, Jobs = Bp.Jobs(1) });
        var plain = await _bp.Client.Batches.CreateAsync(new NewBatch());
        var id = $"{batch.Id}";

        Assert.Contains((await _bp.RunAsync("schedules")).Output, line => line.Contains(id, StringComparison.Ordinal) && line.Contains("hours 9", StringComparison.Ordinal));
        Assert.DoesNotContain(await _bp.JsonAsync("schedules"), line => line.GetProperty("id").GetString() == $"{plain.Id}");
        Assert.False((await _bp.JsonAsync("schedules", "disable", id)).Single().GetProperty("schedule").GetProperty("enabled").GetBoolean());
        Assert.Contains("runs next at", (await _bp.RunAsync("schedules", "enable", id)).LastLine, StringComparison.Ordinal);
        Assert.Equal(0, (await _bp.RunAsync("schedules", "run-now", id)).ExitCode);
        Assert.Equal(1, (await _bp.Client.Batches.WaitAsync(batch.Id)).Counts.Completed);
        Assert.Contains("has no schedule", (await _bp.RunAsync("schedules", "enable", $"{plain.Id}")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_are_listed_and_sent_again()
    {
        var batch = await _bp.EndedAsync(new NewBatch { Jobs = Bp.Jobs(1), Callback = new Callback($"http://127.0.0.1:{LoopbackPort.Next()}/ended") });
        await Eventually.True(async () => await _bp.Client.Deliveries.ListAsync(batch.Id).AnyAsync());

        var callback = (await _bp.JsonAsync("callbacks", "list", $"{batch.Id}")).Single();
        var id = callback.GetProperty("id").GetString()!;

        Assert.Equal("batch.finished", callback.GetProperty("event").GetString());
        Assert.Contains(id, (await _bp.RunAsync("callbacks", "list", $"{batch.Id}")).Output[1], StringComparison.Ordinal);
        Assert.Equal(1, (await _bp.JsonAsync("callbacks", "resend", id)).Single().GetProperty("callbacks").GetInt32());
        Assert.Equal(0, (await _bp.JsonAsync("callbacks", "resend", "--from", "1d", "--to", "12h")).Single().GetProperty("callbacks").GetInt32());
        Assert.Contains("either a callback's id or --from", (await _bp.RunAsync("callbacks", "resend")).Error, StringComparison.Ordinal);
    }

    private static string? State(IReadOnlyList<JsonElement> batch) => batch.Single().GetProperty("state").GetString();
}

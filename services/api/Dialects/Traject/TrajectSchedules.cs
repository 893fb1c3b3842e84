using BatchPlatform.Contracts;
using BatchPlatform.Defaults.Schedules;

namespace BatchPlatform.Api.Dialects.Traject;

/// <summary>Turns a batch's <c>schedule_…</c> settings into a schedule of the core.</summary>
internal static class TrajectSchedules
{
    /// <summary>The schedule; null for a batch that is only ever started by hand.</summary>
    /// <exception cref="ProblemException">400: the settings do not make one.</exception>
    public static Schedule? Of(TrajectSettings settings)
    {
        var schedule = Kind(settings) is { } kind ? Make(kind, settings) : null;
        var fault = schedule is null ? default : ScheduleRules.Faults(schedule).FirstOrDefault();
        return fault.Field is null ? schedule : throw TrajectRefusal.Invalid($"schedule_{fault.Field}", fault.Message);
    }

    private static ScheduleKind? Kind(TrajectSettings settings) => settings.ScheduleType switch
    {
        "minutes" => ScheduleKind.Minutes,
        "daily" => ScheduleKind.Daily,
        "weekly" => ScheduleKind.Weekly,
        "monthly" => ScheduleKind.Monthly,
        _ => null,
    };

    // What another type left behind does not count.
    private static Schedule Make(ScheduleKind kind, TrajectSettings settings)
    {
        var minutes = kind == ScheduleKind.Minutes;
        return new Schedule(
            kind,
            Minutes: minutes ? settings.ScheduleMinutes : null,
            Hours: settings.ScheduleHours,
            DaysOfWeek: minutes || kind == ScheduleKind.Weekly ? settings.ScheduleDaysOfWeek : null,
            DaysOfMonth: minutes || kind == ScheduleKind.Monthly ? settings.ScheduleDaysOfMonth : null,
            Enabled: settings.Enabled);
    }
}

using BatchPlatform.Contracts;
using NCrontab;

namespace BatchPlatform.Defaults.Schedules;

/// <summary>
/// The times at which a schedule fires. NCrontab says which local times match; here they become instants. A local time that
/// clocks skip fires once, right after the gap. One that is repeated fires once, the first time; but a schedule that goes
/// through the day (kind minutes; a cron expression with <c>*</c>, <c>-</c> or <c>/</c> in minute or hour) goes on
/// through the repeated hour too, since it means "every so often" and would else pause.
/// </summary>
public sealed class Recurrence
{
    // A 29th of February on a given weekday can be 40 years away.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(41 * 366);

    private readonly CrontabSchedule _cron;
    private readonly ZoneClock _clock;
    private readonly bool _goesOn;

    private Recurrence(CrontabSchedule cron, TimeZoneInfo zone, bool goesOn)
    {
        _cron = cron;
        _clock = new ZoneClock(zone);
        _goesOn = goesOn;
    }

    /// <summary>The schedule's times; null when it has none, or is not well formed.</summary>
    public static Recurrence? Of(Schedule schedule) =>
        CronText.Of(schedule) is { } text && CronText.Parse(text) is { } cron && TimeZones.Find(schedule.TimeZone ?? TimeZones.Default) is { } zone
            ? new Recurrence(cron, zone, schedule.Kind == ScheduleKind.Minutes || CronText.GoesThroughTheDay(text))
            : null;

    /// <summary>The first time after that instant, UTC; null when there is none within 41 years.</summary>
    public DateTime? Next(DateTime after)
    {
        var (at, offset) = (after, _clock.Offset(after));
        var local = at + offset;
        var end = local + Horizon;
        while (true)
        {
            local = _cron.GetNextOccurrence(local, end);
            if (local >= end)
            {
                return null;
            }

            var next = local - offset;
            if (_clock.Change(at, next) is { } change)
            {
                var changed = _clock.Offset(change);
                if (local < change + changed)
                {
                    return Utc(change);
                }

                // On from the change by the new offset; a tick back, so that the very moment of the change counts.
                (at, offset, local) = (change, changed, (change + changed).AddTicks(-1));
            }
            else if (_goesOn || !_clock.IsRepeat(next))
            {
                return Utc(next);
            }
        }
    }

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}

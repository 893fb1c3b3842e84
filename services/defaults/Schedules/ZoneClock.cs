namespace BatchPlatform.Defaults.Schedules;

/// <summary>
/// A time zone as stretches of time with one offset each. Rests on the offset at an instant alone, which is never in
/// doubt; what a local time means near a change of clocks follows from it.
/// </summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private static readonly TimeSpan Step = TimeSpan.FromDays(1);

    /// <summary>Local time minus UTC.</summary>
    public TimeSpan Offset(DateTime utc) => zone.GetUtcOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));

    /// <summary>The first instant after one and not after the other at which the offset is a new one; null when there is none.</summary>
    public DateTime? Change(DateTime after, DateTime until)
    {
        var offset = Offset(after);
        for (var from = after; from < until; from += Step)
        {
            var to = until - from < Step ? until : from + Step;
            if (Offset(to) != offset)
            {
                return FirstOther(offset, from, to);
            }
        }

        return null;
    }

    /// <summary>Whether the instant's local time was there once before: clocks were turned back in between.</summary>
    public bool IsRepeat(DateTime utc)
    {
        var local = utc + Offset(utc);
        var before = Offset(utc - Step);
        return before > Offset(utc) && Offset(local - before) == before;
    }

    private DateTime FirstOther(TimeSpan offset, DateTime from, DateTime to)
    {
        while (to.Ticks - from.Ticks > 1)
        {
            var middle = from + ((to - from) / 2);
            (from, to) = Offset(middle) == offset ? (middle, to) : (from, middle);
        }

        return to;
    }
}

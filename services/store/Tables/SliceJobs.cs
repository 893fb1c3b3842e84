using System.Globalization;
using System.Text;

namespace BatchPlatform.Store.Tables;

/// <summary>Consecutive jobs that are at the same attempt.</summary>
/// <param name="First">The first index.</param>
/// <param name="Last">The last index, itself included.</param>
/// <param name="Attempt">The attempt that each is at, from 1.</param>
public readonly record struct JobRange(int First, int Last, int Attempt)
{
    /// <summary>How many jobs.</summary>
    public int Count => Last - First + 1;
}

/// <summary>Which jobs a slice holds, as ascending ranges; written <c>0-499</c> or <c>3,7-9@2</c> (at their second attempt).</summary>
public sealed record SliceJobs(IReadOnlyList<JobRange> Ranges)
{
    /// <summary>How many jobs in all.</summary>
    public int Count => Ranges.Sum(range => range.Count);

    /// <summary>Each index with the attempt it is at, ascending.</summary>
    public IEnumerable<(int Index, int Attempt)> Each() =>
        Ranges.SelectMany(range => Enumerable.Range(range.First, range.Count).Select(index => (index, range.Attempt)));

    /// <summary>Whether the slice holds this job.</summary>
    public bool Contains(int index)
    {
        // Asked for each job of a slice: a loop makes no garbage.
        for (var i = 0; i < Ranges.Count; i++)
        {
            if (Ranges[i].First <= index && index <= Ranges[i].Last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same without some of its jobs.</summary>
    public SliceJobs Without(IReadOnlyCollection<int> indexes) => Of(Each().Where(job => !indexes.Contains(job.Index)));

    /// <summary>Joins neighbours into ranges.</summary>
    /// <param name="jobs">In ascending order of index.</param>
    public static SliceJobs Of(IEnumerable<(int Index, int Attempt)> jobs)
    {
        var ranges = new List<JobRange>();
        foreach (var (index, attempt) in jobs)
        {
            if (ranges.Count > 0 && ranges[^1].Last == index - 1 && ranges[^1].Attempt == attempt)
            {
                ranges[^1] = ranges[^1] with { Last = index };
            }
            else
            {
                ranges.Add(new JobRange(index, index, attempt));
            }
        }

        return new SliceJobs(ranges);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var range in Ranges)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{range.First}");
            text.Append(range.Last == range.First ? "" : string.Create(CultureInfo.InvariantCulture, $"-{range.Last}"));
            text.Append(range.Attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"@{range.Attempt}"));
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no list of ranges.</exception>
    public static SliceJobs Parse(string text)
    {
        return new SliceJobs(text.Length == 0 ? [] : [.. text.Split(',').Select(ParseRange)]);
    }

    private static JobRange ParseRange(string text)
    {
        var at = text.Split('@', 2);
        var ends = at[0].Split('-', 2);
        var first = Number(ends[0]);
        return new JobRange(first, ends.Length == 2 ? Number(ends[1]) : first, at.Length == 2 ? Number(at[1]) : 1);
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;

namespace BatchPlatform.Testing.Ledger;

/// <summary>The run of a job, as the idempotency key of its calls names it: <c>{number}-{run}-{index}</c>.</summary>
public readonly record struct JobKey(long Number, int Run, int Index)
{
    /// <summary>Reads a key; null when it is not one of the platform's.</summary>
    public static JobKey? Parse(string? key) =>
        key?.Split('-') is [var number, var run, var index]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var batch)
        && int.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var execution)
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? new JobKey(batch, execution, place)
            : null;
}

/// <summary>What the sample upstream noted of its calls.</summary>
/// <param name="isWhole">False when it was killed: it writes a call down right after it has answered it, and the last may be missing.</param>
public sealed class UpstreamCalls(bool isWhole = true)
{
    private const int ClientClosedRequest = 499;
    private readonly Dictionary<JobKey, int> _executed = [];

    /// <summary>Every job that was called, and how many of its calls took effect or may have: not those that the upstream refused.</summary>
    public IReadOnlyDictionary<JobKey, int> Executed => _executed;

    /// <summary>Whether it holds every call that was answered.</summary>
    public bool IsWhole => isWhole;

    /// <summary>Reads files that <c>Sample__LogFile</c> named; a last line that was cut off is left out.</summary>
    public static UpstreamCalls Read(IEnumerable<string> files, bool isWhole = true)
    {
        var calls = new UpstreamCalls(isWhole);
        foreach (var line in files.Where(File.Exists).SelectMany(Lines))
        {
            calls.Add(line);
        }

        return calls;
    }

    /// <summary>Adds one line of the log.</summary>
    public void Add(string line)
    {
        if (!line.EndsWith('}'))
        {
            return;
        }

        using var call = JsonDocument.Parse(line);
        if (JobKey.Parse(call.RootElement.GetProperty("idempotency_key").GetString()) is { } key)
        {
            var status = call.RootElement.GetProperty("status").GetInt32();
            _executed[key] = _executed.GetValueOrDefault(key) + (status is < 400 or ClientClosedRequest ? 1 : 0);
        }
    }

    // The upstream may still have it open.
    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}

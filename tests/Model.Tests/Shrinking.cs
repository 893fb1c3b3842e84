namespace BatchPlatform.Model.Tests;

/// <summary>Finds a short sequence that fails as a long one does, by leaving steps out.</summary>
internal static class Shrinking
{
    /// <summary>The shortest found, and how it differs; the difference is null when it does not fail again.</summary>
    public static async Task<(Sequence Sequence, string? Difference)> ShortestAsync(ModelHost host, Sequence failing)
    {
        var difference = await new Player(host, failing).PlayAsync();
        var shorter = difference is not null;
        while (shorter)
        {
            shorter = false;
            var candidates = Shorter(failing).ToList();
            var played = await Task.WhenAll(candidates.Select(async candidate => (Sequence: candidate, Difference: await new Player(host, candidate).PlayAsync())));
            if (played.Where(one => one.Difference is not null).OrderBy(one => one.Sequence.Steps.Count).FirstOrDefault() is { Sequence: not null } found)
            {
                (failing, difference, shorter) = (found.Sequence, found.Difference, true);
            }
        }

        return (failing, difference);
    }

    // The first half first: all of them are played side by side, and the shortest that fails goes on.
    private static IEnumerable<Sequence> Shorter(Sequence failing)
    {
        var steps = failing.Steps;
        for (var count = steps.Count / 2; count >= 1; count /= 2)
        {
            for (var from = 0; from + count <= steps.Count; from += count)
            {
                yield return failing with { Steps = [.. steps.Take(from), .. steps.Skip(from + count)] };
            }
        }
    }
}

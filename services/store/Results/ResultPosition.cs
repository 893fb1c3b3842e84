using System.Globalization;
using BatchPlatform.Contracts;

namespace BatchPlatform.Store.Results;

/// <summary>Where a download in order of arrival stands: an outcome's run and its arrival number there. Written <c>1.153</c>.</summary>
public readonly record struct ResultPosition(int Run, int Seq)
{
    /// <summary>Reads what <see cref="ToString"/> wrote; false for anything else.</summary>
    public static bool TryParse(string text, out ResultPosition position)
    {
        position = default;
        var parts = text.Split('.');
        if (parts.Length != 2 || !Number(parts[0], out var run) || !Number(parts[1], out var seq) || seq > Limits.JobsPerBatch)
        {
            return false;
        }

        position = new ResultPosition(run, seq);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Run}.{Seq}");

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

using System.Globalization;
using System.Text;

namespace BatchPlatform.Dashboard.Plots;

/// <summary>Where values lie in a drawing of fixed size, which the page stretches.</summary>
/// <param name="moments">How many there are, side by side.</param>
/// <param name="highest">The largest value; the scale ends at a round number above it.</param>
internal sealed class PlotScale(int moments, double highest)
{
    public const int Width = 520;
    public const int Height = 180;
    public const int Left = 46;
    public const int Right = 8;
    public const int Top = 10;
    public const int Bottom = 22;

    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    /// <summary>The top of the scale.</summary>
    public double Max { get; } = RoundUp(highest);

    /// <summary>The values that have a rule: none, half, all.</summary>
    public IEnumerable<double> Rules => [0, Max / 2, Max];

    /// <summary>What one moment takes of the width.</summary>
    public double Step => (double)(Width - Left - Right) / Math.Max(moments, 1);

    public double X(int moment) => Left + (moment * Step);

    public double Y(double value) => Top + ((Height - Top - Bottom) * (1 - (value / Max)));

    /// <summary>A line through the values, broken where there is none; a moment alone is a short dash.</summary>
    public string Path(IReadOnlyList<double?> values)
    {
        var path = new StringBuilder();
        for (var moment = 0; moment < values.Count; moment++)
        {
            if (values[moment] is { } value)
            {
                var goesOn = moment > 0 && values[moment - 1] is not null;
                path.Append(goesOn ? 'L' : 'M').Append(Text(X(moment) + (Step / 2))).Append(' ').Append(Text(Y(value)));
                path.Append(goesOn || (moment + 1 < values.Count && values[moment + 1] is not null) ? "" : "h4");
            }
        }

        return path.ToString();
    }

    /// <summary>A number as an attribute has it.</summary>
    public static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static double RoundUp(double value)
    {
        if (value <= 0)
        {
            return 1;
        }

        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Array.Find(Steps, step => step * magnitude >= value) * magnitude;
    }
}

namespace BatchPlatform.Dashboard.Plots;

/// <summary>What one line, or one part of each bar, shows.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="Colour">1, 2 or 3.</param>
/// <param name="Values">One for each moment; null where there is none.</param>
public sealed record PlotSeries(string Name, int Colour, IReadOnlyList<double?> Values);

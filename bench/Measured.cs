using System.Text.Json;

namespace BatchPlatform.Bench;

/// <summary>The figures of one run, appended to a file as JSON lines: <c>{"name","value","unit"}</c>.</summary>
internal sealed class Measured(string? file)
{
    /// <summary>Keeps a figure.</summary>
    public void Add(string name, double value, string unit)
    {
        Console.WriteLine($"            {name} = {value:0.###} {unit}");
        if (file is not null)
        {
            File.AppendAllText(file, JsonSerializer.Serialize(new Figure(name, value, unit), JsonSerializerOptions.Web) + "\n");
        }
    }
}

/// <summary>One measured figure.</summary>
internal sealed record Figure(string Name, double Value, string Unit);

using System.Text.Json;
using BatchPlatform.Client;
using Spectre.Console;

namespace BatchPlatform.CommandLine;

/// <summary>One column of a table.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Text">What stands in it; null for nothing.</param>
/// <param name="IsNumber">To the right.</param>
internal sealed record Column<T>(string Title, Func<T, object?> Text, bool IsNumber = false);

/// <summary>What a command says: tables and lines for people, or JSON alone.</summary>
internal sealed class Output(TextWriter output, bool isJson)
{
    // Nothing is wrapped for a file or another program.
    private const int WidthOfFiles = 10_000;

    /// <summary>Only JSON may be written.</summary>
    public bool IsJson => isJson;

    /// <summary>A line for people.</summary>
    public void Say(string line)
    {
        if (!isJson)
        {
            output.WriteLine(Clean(line));
        }
    }

    /// <summary>A line of JSON.</summary>
    public void Json<T>(T value)
    {
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(value, ClientJson.Options));
            output.Flush();
        }
    }

    /// <summary>One thing: as JSON, or as a line for people.</summary>
    public void Tell<T>(T value, string line)
    {
        Json(value);
        Say(line);
    }

    /// <summary>One thing: as JSON, or as its members.</summary>
    public void Show<T>(T value, params IReadOnlyList<Column<T>> members)
    {
        Json(value);
        if (!isJson)
        {
            var grid = new Grid().AddColumn(new GridColumn().PadRight(2)).AddColumn();
            foreach (var (title, text) in members.Select(member => (member.Title, Text(member.Text(value)))).Where(member => member.Item2.Length > 0))
            {
                grid.AddRow(new Text(title), new Text(text));
            }

            Terminal().Write(grid);
        }
    }

    /// <summary>Many things: each as a line of JSON, or all as a table.</summary>
    /// <param name="items">What there is.</param>
    /// <param name="none">Said to people instead of an empty table.</param>
    /// <param name="columns">The table's columns.</param>
    public async Task ListAsync<T>(IAsyncEnumerable<T> items, string none, params IReadOnlyList<Column<T>> columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.Title, new Style(decoration: Decoration.Bold))) { Alignment = column.IsNumber ? Justify.Right : Justify.Left });
        }

        await foreach (var item in items)
        {
            Json(item);
            if (!isJson)
            {
                table.AddRow(columns.Select(column => new Text(Text(column.Text(item)))));
            }
        }

        if (table.Rows.Count > 0)
        {
            Terminal().Write(table);
        }
        else
        {
            Say(none);
        }
    }

    private IAnsiConsole Terminal()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = WidthOfFiles;
        return plain;
    }

    private static string Text(object? value) => Clean(value switch
    {
        null => "",
        DateTimeOffset time => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss"),
        bool flag => flag ? "yes" : "",
        _ => value.ToString()!,
    });

    // Names and messages are others' words: none of them moves the cursor or colours the terminal.
    private static string Clean(string text) => string.Concat(text.Select(each => char.IsControl(each) && each != '\n' ? '\uFFFD' : each));
}

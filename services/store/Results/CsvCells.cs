using System.Buffers;

namespace BatchPlatform.Store.Results;

/// <summary>Writes cells as RFC 4180 has them, made harmless to spreadsheets.</summary>
public static class CsvCells
{
    private static readonly SearchValues<byte> Quoted = SearchValues.Create(",\"\r\n"u8);

    // A spreadsheet takes a cell that begins so for a formula and runs it.
    private static readonly SearchValues<byte> Formula = SearchValues.Create("=+-@\t\r"u8);

    /// <summary>One cell, without the comma before or after it.</summary>
    /// <param name="output">The row.</param>
    /// <param name="cell">The text.</param>
    /// <param name="isNumber">It is known to be a number: -5 is five less than nothing, and stays so.</param>
    public static void WriteCell(this IBufferWriter<byte> output, ReadOnlySpan<byte> cell, bool isNumber = false)
    {
        var formula = !isNumber && cell.Length > 0 && Formula.Contains(cell[0]);
        if (!cell.ContainsAny(Quoted))
        {
            output.Write(formula ? "'"u8 : []);
            output.Write(cell);
            return;
        }

        output.Write(formula ? "\"'"u8 : "\""u8);
        for (var quote = cell.IndexOf((byte)'"'); quote >= 0; quote = cell.IndexOf((byte)'"'))
        {
            output.Write(cell[..(quote + 1)]);
            output.Write("\""u8);
            cell = cell[(quote + 1)..];
        }

        output.Write(cell);
        output.Write("\""u8);
    }
}

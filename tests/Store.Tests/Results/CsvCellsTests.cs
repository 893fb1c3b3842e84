using System.Buffers;
using System.Text;
using BatchPlatform.Store.Results;

namespace BatchPlatform.Store.Tests.Results;

/// <summary>What a spreadsheet would run is told to be text; what it cannot run stays as it is.</summary>
public sealed class CsvCellsTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0")]
    [InlineData("-A1", "'-A1")]
    [InlineData("-", "'-")]
    [InlineData("-Infinity", "'-Infinity")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    public void What_a_spreadsheet_would_run_begins_with_a_quote(string cell, string written) => Assert.Equal(written, Write(cell));

    [Theory]
    [InlineData("5")]
    [InlineData("a=b")]
    [InlineData("")]
    public void What_cannot_be_run_stays_as_it_is(string cell) => Assert.Equal(cell, Write(cell));

    [Theory]
    [InlineData("-5")]
    [InlineData("-1e9")]
    public void A_number_stays_a_number(string cell)
    {
        Assert.Equal(cell, Write(cell, isNumber: true));
        Assert.Equal($"'{cell}", Write(cell));
    }

    private static string Write(string cell, bool isNumber = false)
    {
        var output = new ArrayBufferWriter<byte>();
        output.WriteCell(Encoding.UTF8.GetBytes(cell), isNumber);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

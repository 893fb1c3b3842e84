using BatchPlatform.Contracts;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class CsvResultTests(SqliteApp app) : ReadingTests<SqliteApp>(app)
{
    [Fact]
    public async Task A_row_has_params_and_response_as_cells_of_json() => Assert.Equal(
        "0,,event,invite,\"{\"\"n\"\":0}\",Completed,200,\"{\"\"ok\"\":true}\",,,1,12,2026-03-01T12:00:00Z\r\n",
        await RowAsync(Tenant.Job(0), Tenant.Completed(0)));

    [Fact]
    public async Task A_failure_has_its_code_and_message_and_no_status_without_an_answer() => Assert.Equal(
        "0,,event,invite,\"{\"\"n\"\":0}\",Failed,,,UPSTREAM_TIMEOUT,Job 0 failed.,3,34,2026-03-01T12:00:00Z\r\n",
        await RowAsync(Tenant.Job(0), Tenant.Failed(0, ErrorCodes.UpstreamTimeout, status: 0)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\" \"twice\"", "\"say \"\"hi\"\" \"\"twice\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("Größe", "Größe")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    [InlineData("a=b", "a=b")]
    public async Task Text_is_quoted_as_needed_and_never_a_formula(string customId, string cell) =>
        Assert.StartsWith($"0,{cell},event,", await RowAsync(Tenant.Job(0, customId: customId), Tenant.Completed(0)), StringComparison.Ordinal);

    [Theory]
    [InlineData("-5", "-5")]
    [InlineData("\"-5\"", "\"\"\"-5\"\"\"")]
    [InlineData("\"=1+1\"", "\"\"\"=1+1\"\"\"")]
    public async Task A_response_that_is_a_number_stays_one(string response, string cell) =>
        Assert.Contains($",200,{cell},,", await RowAsync(Tenant.Job(0), Tenant.Completed(0, response)), StringComparison.Ordinal);

    [Fact]
    public async Task In_order_of_arrival_a_row_ends_with_its_position() => Assert.EndsWith(
        ",2026-03-01T12:00:00Z,1.1\r\n",
        await RowAsync(Tenant.Job(0), Tenant.Completed(0), "&order=arrival"),
        StringComparison.Ordinal);

    private async Task<string> RowAsync(Store.Bulk.StagedJob job, PackedOutcome outcome, string query = "")
    {
        var batch = await Tenant.BatchAsync(state: BatchState.Finished, change: b => (b.Run, b.Total, b.NextIndex) = (1, 1, 1));
        await Tenant.JobsAsync(batch, [job]);
        await Tenant.OutcomesAsync(await Tenant.RunAsync(batch), outcome);
        var csv = await Tenant.TextAsync($"/v1/batches/{batch.CorrelationId}/results?format=csv{query}");
        return csv[(csv.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }
}

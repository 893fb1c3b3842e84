using BatchPlatform.Testing.Ledger;
using Xunit;

namespace BatchPlatform.Testing.Tests.Ledger;

/// <summary>The upstream's log as the ledger reads it.</summary>
public sealed class UpstreamCallsTests
{
    [Theory]
    [InlineData(200, 1)]
    [InlineData(499, 1)] // Its caller went away: it may have taken effect.
    [InlineData(429, 0)]
    [InlineData(500, 0)]
    public void Only_calls_that_the_upstream_refused_took_no_effect(int status, int executed)
    {
        var calls = new UpstreamCalls();

        calls.Add($$"""{"idempotency_key":"1-2-3","status":{{status}}}""");

        Assert.Equal(executed, calls.Executed[new JobKey(1, 2, 3)]);
    }

    [Fact]
    public void A_last_line_that_was_cut_off_and_keys_of_others_are_left_out()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """
            {"idempotency_key":"1-1-0","status":200}
            {"idempotency_key":null,"status":200}
            {"idempotency_key":"somebody-else's","status":200}
            {"idempotency_key":"1-1-1","st
            """);

        var calls = UpstreamCalls.Read([file, "no such file"]);

        File.Delete(file);
        Assert.Equal([new JobKey(1, 1, 0)], calls.Executed.Keys);
    }
}

using System.ComponentModel.DataAnnotations;
using System.Net;

namespace BatchPlatform.Samples.Tests;

public sealed class SampleOptionsTests
{
    private const string AnyPort = "http://127.0.0.1:0";

    [Fact]
    public async Task The_program_takes_its_options_from_the_command_line()
    {
        await using var server = await SampleServer.StartAsync(SampleUpstream.Build(["--Sample:FailureRate=1", "--Sample:Seed=3"], AnyPort));

        Assert.Equal(HttpStatusCode.InternalServerError, await server.StatusOfALookupAsync());
    }

    [Fact]
    public async Task The_program_listens_where_it_is_told()
    {
        await using var server = await SampleServer.StartAsync(SampleUpstream.Build([$"--urls={AnyPort}"]));

        Assert.Equal(HttpStatusCode.OK, await server.StatusOfALookupAsync());
    }

    [Theory]
    [InlineData("FailureRate=1.5")]
    [InlineData("LatencyMilliseconds=-1")]
    [InlineData("JitterMilliseconds=-1")]
    [InlineData("RateLimitPerSecond=-1")]
    [InlineData("MaxConcurrent=-1")]
    public void An_option_out_of_bounds_is_refused_at_the_start(string option) =>
        Assert.Throws<ValidationException>(() => SampleUpstream.Build([$"--Sample:{option}"], AnyPort));

    [Theory]
    [InlineData("Latency=5")]
    [InlineData("FailureRate=often")]
    public void An_unknown_option_or_one_of_the_wrong_type_is_refused_at_the_start(string option) =>
        Assert.Throws<InvalidOperationException>(() => SampleUpstream.Build([$"--Sample:{option}"], AnyPort));

    [Fact]
    public void Options_given_in_code_are_checked_too() =>
        Assert.Throws<ValidationException>(() => SampleUpstream.Create(new SampleOptions { FailureRate = -1 }, AnyPort));
}

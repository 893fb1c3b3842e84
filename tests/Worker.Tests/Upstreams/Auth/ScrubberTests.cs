using System.Text;
using System.Text.Json;
using BatchPlatform.Worker.Upstreams.Auth;

namespace BatchPlatform.Worker.Tests.Upstreams.Auth;

public sealed class ScrubberTests
{
    private const string Secret = "a/b+c\"d&e é";

    [Theory]
    [InlineData("x" + Secret + "y" + Secret, "x***y***")]
    [InlineData("nothing to see", "nothing to see")]
    [InlineData("", "")]
    public void A_secret_is_taken_out_wherever_it_stands(string text, string clean) => Assert.Equal(clean, Clean(text));

    [Fact]
    public void Its_escaped_forms_are_known() => Assert.Equal(
        """{"a":"***","b":"***"} ***""",
        Clean($$"""{"a":{{JsonSerializer.Serialize(Secret)}},"b":"a\/b+c"d&e é"} {{Uri.EscapeDataString(Secret)}}"""));

    [Fact]
    public void Of_two_secrets_the_longer_is_taken_first()
    {
        var scrubber = new Scrubber("password", "password-and-more");

        Assert.Equal("***", Encoding.UTF8.GetString(scrubber.Clean("password-and-more"u8.ToArray()).Span));
    }

    [Fact]
    public void What_may_stand_there_by_chance_stays() =>
        Assert.Equal("the key is: key", Encoding.UTF8.GetString(new Scrubber("key").Clean("the key is: key"u8.ToArray()).Span));

    private static string Clean(string text) => Encoding.UTF8.GetString(new Scrubber(Secret).Clean(Encoding.UTF8.GetBytes(text)).Span);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BatchPlatform.Testing;

namespace BatchPlatform.Client.Tests;

/// <summary>Callbacks are believed when they are signed, unchanged and fresh.</summary>
public sealed class CallbackVerifierTests
{
    private const string Id = "0198f000-0000-7000-8000-000000000001";
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OtherSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Body = """{"type":"batch.finished"}""";
    private readonly FakeClock _clock = new();

    [Fact]
    public void One_that_is_signed_is_genuine() => Assert.True(IsGenuine(Signature(Secret)));

    [Fact]
    public void The_reference_example_of_Standard_Webhooks_is_genuine()
    {
        var clock = new FakeClock(DateTimeOffset.FromUnixTimeSeconds(1614265330));

        Assert.True(new CallbackVerifier(Secret, clock).IsGenuine(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", """{"test": 2432232314}"""u8));
    }

    [Fact]
    public void One_that_was_changed_is_not()
    {
        Assert.False(IsGenuine(Signature(Secret), body: Body.Replace("finished", "stopped")));
        Assert.False(IsGenuine(Signature(Secret), id: "0198f000-0000-7000-8000-000000000002"));
        Assert.False(IsGenuine(Signature(Secret), seconds: Now + 1));
        Assert.False(IsGenuine(Signature(OtherSecret)));
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void One_is_good_for_five_minutes(int age, bool genuine) => Assert.Equal(genuine, IsGenuine(Signature(Secret, Now + age), seconds: Now + age));

    [Fact]
    public void While_a_secret_is_changed_either_signature_will_do()
    {
        var both = $"{Signature(OtherSecret)} {Signature(Secret)}";

        Assert.True(IsGenuine(both));
        Assert.True(IsGenuine(both, secret: OtherSecret));
        Assert.False(IsGenuine(both, secret: "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1,AAAA")]
    [InlineData("v1,no base64 at all")]
    [InlineData("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_signature_is_refused(string signature) => Assert.False(IsGenuine(signature));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public void What_is_no_time_is_refused(string? timestamp) =>
        Assert.False(new CallbackVerifier(Secret, _clock).IsGenuine(Id, timestamp, Signature(Secret), Encoding.UTF8.GetBytes(Body)));

    [Fact]
    public void Without_headers_it_is_refused() => Assert.False(new CallbackVerifier(Secret, _clock).IsGenuine(id: null, timestamp: null, signature: null, body: default));

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    private bool IsGenuine(string signature, string id = Id, string body = Body, long? seconds = null, string secret = Secret) =>
        new CallbackVerifier(secret, _clock).IsGenuine(id, (seconds ?? Now).ToString(CultureInfo.InvariantCulture), signature, Encoding.UTF8.GetBytes(body));

    private string Signature(string secret, long? seconds = null) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{Id}.{seconds ?? Now}.{Body}")))}";
}

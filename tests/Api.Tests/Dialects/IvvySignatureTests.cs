using BatchPlatform.Api.Dialects.Ivvy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BatchPlatform.Api.Tests.Dialects;

/// <summary>What iVvy's clients sign, by the example in the vendor's documents.</summary>
public sealed class IvvySignatureTests
{
    [Fact]
    public void The_text_is_that_of_the_vendors_example() => Assert.Equal(
        "posta09f600c77a6dbd947db24c61e8935caapplication/json/api/1.0/test?action=ping1.0ivvydate=2012-04-03 22:23:24",
        IvvySignature.TextOf(Example()));

    [Fact]
    public void The_date_counts_when_there_is_no_other()
    {
        var request = Example();
        request.Headers.Remove("IVVY-Date");

        Assert.EndsWith("application/jsontue, 03 apr 2012 22:23:24 utc/api/1.0/test?action=ping1.0", IvvySignature.TextOf(request), StringComparison.Ordinal);
    }

    [Fact]
    public void The_vendors_own_headers_count_in_order_of_their_names()
    {
        var request = Example();
        request.Headers["Ivvy-Device_UUID"] = "ABC";
        request.Headers["IVVY-Alpha"] = "1";

        Assert.EndsWith("1.0ivvyalpha=1&ivvydate=2012-04-03 22:23:24&ivvydeviceuuid=abc", IvvySignature.TextOf(request), StringComparison.Ordinal);
    }

    [Fact]
    public void The_signature_is_HMAC_SHA1_in_hexadecimal() => Assert.Equal(
        "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", // a well-known one
        IvvySignature.Sign("The quick brown fox jumps over the lazy dog", "key"));

    private static HttpRequest Example()
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/api/1.0/test?action=ping";
        context.Request.Headers.Date = "Tue, 03 Apr 2012 22:23:24 UTC";
        context.Request.Headers.ContentMD5 = "a09f600c77a6dbd947db24c61e8935ca";
        context.Request.Headers.ContentType = "application/json";
        context.Request.Headers["IVVY-Date"] = "2012-04-03 22:23:24";
        return context.Request;
    }
}

using System.ComponentModel.DataAnnotations;
using BatchPlatform.Api.Batches;
using Xunit;

namespace BatchPlatform.Api.Reading.Tests;

public sealed class BatchLinksTests
{
    private static readonly Guid Id = Guid.Parse("019ca945-0a00-7f50-bb53-235e5a8c1a19");

    [Theory]
    [InlineData(null, "/v1/batches/019ca945-0a00-7f50-bb53-235e5a8c1a19")]
    [InlineData("https://batches.example.org", "https://batches.example.org/v1/batches/019ca945-0a00-7f50-bb53-235e5a8c1a19")]
    [InlineData("https://example.org/batches/", "https://example.org/batches/v1/batches/019ca945-0a00-7f50-bb53-235e5a8c1a19")]
    public void Links_begin_with_the_public_address_when_there_is_one(string? baseUrl, string self)
    {
        var links = BatchLinks.Of(Id, new PublicOptions { BaseUrl = baseUrl });

        Assert.Equal(new BatchLinks(self, $"{self}/jobs", $"{self}/results", $"{self}/events", $"{self}/runs", $"{self}/deliveries"), links);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("https://batches.example.org", true)]
    [InlineData("batches.example.org", false)]
    public void The_public_address_is_a_url(string? baseUrl, bool valid)
    {
        var options = new PublicOptions { BaseUrl = baseUrl };

        Assert.Equal(valid, Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true));
    }
}

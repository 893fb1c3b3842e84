using BatchPlatform.Testing;
using BatchPlatform.Testing.Walkthroughs;

namespace BatchPlatform.EndToEnd.Tests;

/// <summary>The dialects through the gateway, on two of each service, RabbitMQ and PostgreSQL.</summary>
[Collection(nameof(OnePlatform))]
public sealed class DialectTests(SamplePlatform platform)
{
    public static TheoryData<string> Pages => [.. Walkthrough.PagesIn("docs/dialects")];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task What_the_page_says_is_so(string page)
    {
        var gateway = platform.Services.Gateway.BaseAddress;
        using var client = new HttpClient { BaseAddress = gateway };

        await Walkthrough.Read(page).ReplayAsync(client, new() { ["host"] = gateway.ToString().TrimEnd('/'), ["key"] = Deployment.AdminKey });
    }
}

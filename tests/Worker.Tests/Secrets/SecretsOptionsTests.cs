using BatchPlatform.Worker.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Tests.Secrets;

public sealed class SecretsOptionsTests
{
    private const string Value = "tiger-lily-17";

    [Fact]
    public void Secrets_are_read_by_name_with_their_hosts()
    {
        var options = Bind(("crm:Value", Value), ("crm:Hosts:0", "api.example.com"), ("crm:Hosts:1", "auth.example.com:8443"), ("mail:Value", "something-else"), ("mail:Hosts:0", "mail"));

        Assert.Equal(["crm", "mail"], options.Named.Keys.Order());
        Assert.Equal(Value, options.Named["CRM"].Value);
        Assert.Equal(["api.example.com", "auth.example.com:8443"], options.Named["crm"].Hosts);
    }

    [Fact]
    public void There_may_be_none() => Assert.Empty(Bind().Named);

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "Value", "crm:Hosts:0", "api.example.com" },
        { "Hosts", "crm:Value", Value },
        { "Value", "crm", Value },
        { "Hosts:0", "crm:Hosts:0", "https://api.example.com" },
        { "Value", "crm:Value", "short" },
        { "Value", "crm:Value", Value + "\r\nX-Admin: 1" },
        { "Value", "crm:Value", new string('x', 8193) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void One_that_cannot_be_used_fails_the_start_by_its_name_and_never_shows_its_value(string field, string key, string value)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind((key, value)));

        Assert.Contains($"Secrets:crm:{field} ", error.Message);
        Assert.DoesNotContain(Value, error.ToString());
        Assert.DoesNotContain("short", error.ToString());
    }

    private static SecretsOptions Bind(params (string Key, string Value)[] values)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(values.ToDictionary(value => $"Secrets:{value.Key}", value => (string?)value.Value));
        builder.AddWorker();
        return builder.Services.BuildServiceProvider().GetRequiredService<IOptions<SecretsOptions>>().Value;
    }
}

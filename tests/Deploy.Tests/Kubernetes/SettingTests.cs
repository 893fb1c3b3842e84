using BatchPlatform.Testing;

namespace BatchPlatform.Deploy.Tests.Kubernetes;

/// <summary>What the manifests set is there to be set.</summary>
public sealed class SettingTests(Manifests manifests) : IClassFixture<Manifests>
{
    [KubectlFact]
    public void Every_setting_and_every_secret_is_one_that_a_service_reads()
    {
        var names = manifests.Of("ConfigMap").Concat(manifests.Of("Secret")).SelectMany(map => map["data"]!.AsObject().Select(member => member.Key)).ToList();

        Assert.True(names.Count > 10);
        Assert.All(names, name => Assert.True(KnownSettings.Has(name), $"{name}: no service reads it"));
    }

    [Theory]
    [InlineData("Worker__Slots", true)]
    [InlineData("Worker__Slotz", false)]
    [InlineData("Security__FormerMasterKeys__0", true)]
    [InlineData("RateLimits__PerKey__Requests", true)]
    [InlineData("RateLimits__PerKey__Request", false)]
    [InlineData("ReverseProxy__Clusters__web__Destinations__api1__Address", false)]
    [InlineData("ConnectionStrings__Database", false)]
    [InlineData("Admin__Key", true)]
    public void A_setting_that_there_is_not_is_told_from_one_that_there_is(string name, bool exists) => Assert.Equal(exists, KnownSettings.Has(name));

    [Fact]
    public void Every_section_of_the_documentation_is_known()
    {
        var services = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "services.md"));

        Assert.All(KnownSettings.Sections.Except(["Secrets"]), section => Assert.Contains($"`{section}`", services, StringComparison.Ordinal));
    }
}

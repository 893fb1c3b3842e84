using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BatchPlatform.Store.Tests;

public sealed class StoreSetupTests
{
    [Fact]
    public void A_provider_that_is_unknown_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() => StoreProcess.Of("Oracle", "x"));

        Assert.Contains("Store__Provider is 'Oracle'", error.Message);
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddStore(new ConfigurationBuilder().Build()));

        Assert.Contains("ConnectionStrings__Store", error.Message);
    }
}

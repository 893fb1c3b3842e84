using BatchPlatform.Defaults;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Dashboard;

/// <summary>Where the API is: as configured, else in this very process.</summary>
internal sealed class ApiAddress(IOptions<DashboardOptions> options, IServer server)
{
    private readonly Lazy<Uri> _value = new(() => options.Value.Api ?? OwnAddress.Of(server)
        ?? throw new InvalidOperationException("Dashboard__Api is not set, and this process listens nowhere."));

    /// <summary>The address; of this process only once it listens.</summary>
    public Uri Value => _value.Value;
}

using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;

namespace BatchPlatform.Defaults;

/// <summary>What every process logs, and how, unless its configuration says otherwise.</summary>
public static class LogDefaults
{
    /// <summary>
    /// Quiets the frameworks to warnings: at their usual level they write each request's address with its query string,
    /// which may hold a key. The environment (<c>Logging__LogLevel__…</c>) and appsettings.json override it.
    /// </summary>
    /// <param name="builder">The process.</param>
    /// <param name="forMachines">One JSON object a line in production; else lines for people, as everywhere else.</param>
    public static T AddLogDefaults<T>(this T builder, bool forMachines = true)
        where T : IHostApplicationBuilder
    {
        var json = forMachines && builder.Environment.IsProduction();
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:Console:FormatterName"] = json ? "json" : "simple",
                ["Logging:Console:FormatterOptions:IncludeScopes"] = json.ToString(),
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
                ["Logging:LogLevel:MassTransit"] = "Warning",
                ["Logging:LogLevel:Yarp"] = "Warning",
            },
        });
        return builder;
    }
}

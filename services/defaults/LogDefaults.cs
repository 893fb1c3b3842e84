using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchPlatform.Defaults;

/// <summary>What every process logs, and how, unless its configuration says otherwise; and what none ever logs.</summary>
public static class LogDefaults
{
    // These write each request's address with its query string, in which two dialects carry keys.
    private static readonly string[] Addresses = ["Microsoft.AspNetCore.Hosting.Diagnostics", "Yarp.ReverseProxy.Forwarder.HttpForwarder"];

    /// <summary>
    /// Quiets the frameworks to warnings; the environment (<c>Logging__LogLevel__…</c>) and appsettings.json override it, but
    /// for what writes requests' addresses with their query strings, which may hold a key: nothing makes that talk.
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
                // It warns that keys which nothing of ours uses are not kept; ours are in the store.
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
                ["Logging:LogLevel:MassTransit"] = "Warning",
                ["Logging:LogLevel:Yarp"] = "Warning",
            },
        });
        builder.Services.PostConfigure<LoggerFilterOptions>(Hush);
        return builder;
    }

    // A rule for one logger counts over those for all, so there is one for each that has any.
    private static void Hush(LoggerFilterOptions options)
    {
        foreach (var logger in options.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToList())
        {
            foreach (var category in Addresses)
            {
                options.Rules.Add(new LoggerFilterRule(logger, category, LogLevel.Warning, filter: null));
            }
        }
    }
}

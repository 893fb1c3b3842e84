using System.Reflection;
using System.Text.Json.Nodes;
using BatchPlatform.Api;
using BatchPlatform.Api.Admission;
using BatchPlatform.Api.Auditing;
using BatchPlatform.Api.Batches;
using BatchPlatform.Dashboard;
using BatchPlatform.Defaults;
using BatchPlatform.Defaults.Edge;
using BatchPlatform.Notifier;
using BatchPlatform.Orchestrator;
using BatchPlatform.Store.Quotas;
using BatchPlatform.Store.Security;
using BatchPlatform.Testing;
using BatchPlatform.Worker;
using BatchPlatform.Worker.Secrets;

namespace BatchPlatform.Deploy.Tests;

/// <summary>Which settings there are: the properties of the options, what configuration is asked for by name, and the gateway's routes.</summary>
internal static class KnownSettings
{
    private static readonly Dictionary<string, Type> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Edge"] = typeof(EdgeOptions),
        ["RateLimits"] = typeof(RateLimitOptions),
        ["Cors"] = typeof(CorsSettings),
        ["Proxies"] = typeof(ProxyOptions),
        ["Api"] = typeof(ApiOptions),
        ["Overload"] = typeof(OverloadOptions),
        ["Shutdown"] = typeof(ShutdownOptions),
        ["Orchestrator"] = typeof(OrchestratorOptions),
        ["Worker"] = typeof(WorkerOptions),
        ["Secrets"] = typeof(Dictionary<string, SecretOptions>),
        ["Retention"] = typeof(RetentionOptions),
        ["Quotas"] = typeof(TenantQuotas),
        ["Notifier"] = typeof(NotifierOptions),
        ["Callbacks"] = typeof(CallbackOptions),
        ["Audit"] = typeof(AuditOptions),
        ["Dashboard"] = typeof(DashboardOptions),
        ["Security"] = typeof(SecurityOptions),
        ["Public"] = typeof(PublicOptions),
    };

    // Read one by one; where a service asks for it is in the second column.
    private static readonly Dictionary<string, (string File, string Text)> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Store__Provider"] = ("services/store/StoreSetup.cs", "\"Store:Provider\""),
        ["ConnectionStrings__Store"] = ("services/store/StoreSetup.cs", "GetConnectionString(\"Store\")"),
        ["Bus__Transport"] = ("services/defaults/BusDefaults.cs", "\"Bus:Transport\""),
        ["ConnectionStrings__Bus"] = ("services/defaults/BusDefaults.cs", "GetConnectionString(\"Bus\")"),
        ["Admin__Key"] = ("services/api/Keys/FirstKey.cs", "\"Admin:Key\""),
    };

    public static IEnumerable<string> Sections => Options.Keys;

    /// <summary>Whether a variable, <c>Worker__Slots</c>, sets something.</summary>
    public static bool Has(string variable)
    {
        if (ByName.TryGetValue(variable, out var place))
        {
            return File.ReadAllText(Path.Combine(RepositoryPaths.Root, place.File)).Contains(place.Text, StringComparison.Ordinal);
        }

        var path = variable.Split("__");
        return path[0] switch
        {
            "ReverseProxy" => IsInGateway(path),
            _ when variable.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || variable.StartsWith("OTEL_", StringComparison.Ordinal) => true,
            _ => Options.TryGetValue(path[0], out var options) && IsIn(options, path.AsSpan(1)),
        };
    }

    private static bool IsIn(Type type, ReadOnlySpan<string> path)
    {
        if (path.Length == 0)
        {
            return type == typeof(string) || type == typeof(Uri) || Nullable.GetUnderlyingType(type) is not null || type.IsValueType;
        }

        // Any name, or place, names an item of these.
        if (type.IsGenericType && type != typeof(string))
        {
            return IsIn(type.GetGenericArguments()[^1], path[1..]);
        }

        var property = type.GetProperty(path[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        return property is not null && IsIn(property.PropertyType, path[1..]);
    }

    private static bool IsInGateway(string[] path)
    {
        JsonNode? at = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "gateway", "appsettings.json")));
        // The destinations of a cluster get their names where they are deployed.
        if (path is ["ReverseProxy", "Clusters", var cluster, "Destinations", _, "Address"])
        {
            return at!["ReverseProxy"]!["Clusters"]![cluster] is not null;
        }

        foreach (var step in path)
        {
            at = (at as JsonObject)?[step];
        }

        return at is JsonValue;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace BatchPlatform.Defaults;

/// <summary>
/// Settings from files, one for each: the file <c>Secrets__crm__Value</c> holds what the environment variable of that name would.
/// That is how container platforms hand over secrets, which then stand in no environment and in no description of a container.
/// </summary>
public static class SecretFiles
{
    /// <summary>The setting that names the folder.</summary>
    public const string Setting = "SecretFiles";

    /// <summary>The folder when nothing else is set.</summary>
    public const string DefaultFolder = "/run/secrets";

    /// <summary>
    /// Reads the folder's files, if it is there; a line's end after the value is dropped. A file wins over the environment. It is
    /// read at start only.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">This process may not read a file.</exception>
    public static T AddSecretFiles<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        builder.Configuration.AddKeyPerFile(Path.GetFullPath(builder.Configuration[Setting] ?? DefaultFolder), optional: true);
        return builder;
    }
}

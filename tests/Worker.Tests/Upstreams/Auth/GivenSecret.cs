using BatchPlatform.Contracts;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Upstreams.Auth;
using BatchPlatform.Worker.Upstreams.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Worker.Tests.Upstreams.Auth;

/// <summary>A worker's configuration with one secret, <c>crm</c>.</summary>
internal static class GivenSecret
{
    public static Credentials Of(string value, TimeProvider clock, params string[] hosts)
    {
        var options = new SecretsOptions { Named = { ["crm"] = new SecretOptions { Value = value, Hosts = hosts } } };
        return new Credentials(Options.Create(options), clock, NullLogger<Credentials>.Instance);
    }

    public static UpstreamAuth Auth(string type) => new() { Type = type, Secret = "crm" };

    public static HttpExecutor Executor(this Credentials credentials, Upstream definition, TimeProvider clock) =>
        new(definition, credentials.For(definition), clock);
}

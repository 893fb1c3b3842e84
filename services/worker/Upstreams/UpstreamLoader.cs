using BatchPlatform.Contracts;
using BatchPlatform.Worker.Handlers;
using BatchPlatform.Worker.Secrets;
using BatchPlatform.Worker.Upstreams.Auth;
using BatchPlatform.Worker.Upstreams.Http;

namespace BatchPlatform.Worker.Upstreams;

/// <summary>Makes definitions ready. One that cannot be used is ready too: its jobs fail with the reason, and no call is made.</summary>
internal sealed partial class UpstreamLoader(Credentials credentials, JobHandlers handlers, TimeProvider time, ILogger<UpstreamLoader> logger)
{
    public LoadedUpstream Load(Upstream definition)
    {
        try
        {
            return new LoadedUpstream(definition, ExecutorFor(definition));
        }
        catch (FormatException error)
        {
            var message = $"Version {definition.Version} of upstream '{definition.Namespace}' cannot be used: {error.Message}";
            return Failing(definition, ErrorCodes.UpstreamUndefined, message);
        }
        catch (CredentialException error)
        {
            return Failing(definition, error.Code, error.Message);
        }
    }

    private IJobExecutor ExecutorFor(Upstream definition) => definition.BaseUrl == Upstream.InProcess
        ? new HandlerExecutor(definition, handlers, time, logger)
        : new HttpExecutor(definition, credentials.For(definition), time);

    private LoadedUpstream Failing(Upstream definition, string code, string message)
    {
        Log.Unusable(logger, definition.Namespace, definition.Version, code, message);
        return LoadedUpstream.Failing(code, message);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The jobs of version {Version} of upstream {Namespace} fail with {Code}: {Why}")]
        public static partial void Unusable(ILogger logger, string @namespace, int version, string code, string why);
    }
}

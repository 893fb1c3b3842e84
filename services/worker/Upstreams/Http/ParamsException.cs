namespace BatchPlatform.Worker.Upstreams.Http;

/// <summary>A job's params do not fit its action: PARAMS_DO_NOT_FIT. The message names the param, never its value.</summary>
internal sealed class ParamsException(string message) : Exception(message);

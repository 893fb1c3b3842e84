using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Api.Dialects.Ivvy;

/// <summary>The table of <c>/api/1.0/{namespace}?action={action}</c>.</summary>
public sealed class IvvyActions
{
    private readonly IvvyKeys _keys;
    private readonly ApiOptions _options;
    private readonly Dictionary<(string Space, string Action), (string Scope, Func<HttpContext, IvvyBody, Task<IResult>> Run)> _actions;

    public IvvyActions(IvvyKeys keys, IvvyRun run, IvvyBatches batches, TimeProvider time, IOptions<ApiOptions> options)
    {
        (_keys, _options) = (keys, options.Value);
        _actions = new()
        {
            [("batch", "run")] = ("write", run.RunAsync),
            [("batch", "progress")] = ("read", batches.ProgressAsync),
            [("batch", "results")] = ("read", batches.ResultsAsync),
            [("batch", "restart")] = ("write", batches.RestartAsync),
            [("batch", "repost")] = ("write", batches.RepostAsync),
            [("test", "ping")] = ("read", (_, _) => Task.FromResult(Ping(time))),
        };
    }

    /// <summary>Lets the request in and runs its action.</summary>
    /// <exception cref="ProblemException">401, 403; 23016 or 23017 when there is no such action.</exception>
    public async Task<IResult> RunAsync(HttpContext context, string space)
    {
        var name = context.Request.Query["action"].ToString();
        var isKnown = _actions.TryGetValue((space, name), out var action);
        var key = await _keys.AdmitAsync(context, isKnown ? action.Scope : "read");
        var body = await RequestBody.ReadBytesAsync(context, _options.InlineBytes);
        _keys.CheckSignature(context.Request, key, body);
        if (isKnown)
        {
            return await action.Run(context, new IvvyBody(body));
        }

        throw name.Length == 0 ? IvvyFaults.Missing("action") : IvvyFaults.Invalid("action", $"There is no action '{name}' of '{space}' here");
    }

    private static IResult Ping(TimeProvider time) => Results.Json(new JsonObject
    {
        ["ack"] = true,
        ["timestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
    });
}

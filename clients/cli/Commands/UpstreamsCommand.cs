using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>The APIs that jobs call.</summary>
internal static class UpstreamsCommand
{
    public static Command Make() => new("upstreams", "The APIs that jobs call.")
    {
        List(), Show(), Import(), Pause(), Resume(), Delete(),
    };

    private static Argument<string> Namespace() => new("NAMESPACE") { Description = "The upstream's namespace." };

    private static Command List() => new Command("list", "List them, by namespace.").Does(async (session, _, cancellationToken) =>
    {
        var upstreams = await session.Platform.Upstreams.ListAsync(cancellationToken);
        await session.Output.ListAsync(upstreams.ToAsyncEnumerable(), "No upstreams. Make one: bp upstreams import FILE_OR_URL --namespace NAME", Columns);
    });

    private static Command Show()
    {
        var ns = Namespace();
        return new Command("show", "Show a definition, and whether it is called now.") { ns }.Does(async (session, parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(ns);
            var upstream = await session.Platform.Upstreams.GetAsync(name, cancellationToken);
            var gate = await session.Platform.Upstreams.GateAsync(name, cancellationToken);
            session.Output.Json(new { Definition = upstream, Gate = gate });
            session.Output.Say(Of(gate));
            session.Output.Say(JsonSerializer.Serialize(upstream, Indented));
        });
    }

    private static Command Import()
    {
        var source = new Argument<string>("FILE_OR_URL") { Description = "An OpenAPI document, 3.0 or 3.1, JSON or YAML. The platform reads a URL itself." };
        var ns = new Option<string>("--namespace", "-n") { Description = "The namespace that jobs will name.", HelpName = "NAME", Required = true };
        var baseUrl = new Option<string?>("--base-url") { Description = "Instead of the document's first server.", HelpName = "URL" };
        var with = new Option<string?>("--with") { Description = "A JSON file with what counts more than the document: auth, limits, retry, single actions.", HelpName = "FILE" };
        return new Command("import", "Define an upstream by its OpenAPI document, or take over a newer one.") { source, ns, baseUrl, with }
            .Does(async (session, parsed, cancellationToken) =>
            {
                var definition = UpstreamImport.Definition(parsed.GetRequiredValue(source), parsed.GetValue(baseUrl), parsed.GetValue(with));
                var upstream = await session.Platform.Upstreams.PutAsync(parsed.GetRequiredValue(ns), definition, cancellationToken);
                session.Output.Tell(upstream, $"Upstream {upstream.Namespace}, version {upstream.Version}: {upstream.Actions.Count} actions at {upstream.BaseUrl}.");
                foreach (var note in UpstreamImport.Notes(upstream))
                {
                    session.Output.Say($"Note: {note}");
                }
            });
    }

    private static Command Pause()
    {
        var ns = Namespace();
        var reason = new Option<string?>("--reason") { Description = "Why; others see it.", HelpName = "TEXT" };
        return new Command("pause", "Call an upstream no more; its jobs wait.") { ns, reason }.Does(async (session, parsed, cancellationToken) =>
            Tell(session, await session.Platform.Upstreams.PauseAsync(parsed.GetRequiredValue(ns), parsed.GetValue(reason), cancellationToken)));
    }

    private static Command Resume()
    {
        var ns = Namespace();
        return new Command("resume", "End a pause.") { ns }.Does(async (session, parsed, cancellationToken) =>
            Tell(session, await session.Platform.Upstreams.ResumeAsync(parsed.GetRequiredValue(ns), cancellationToken)));
    }

    private static Command Delete()
    {
        var ns = Namespace();
        var yes = Arguments.Yes();
        return new Command("delete", "Remove an upstream that no unfinished job needs; asks for its name.") { ns, yes }.Does(async (session, parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(ns);
            if (!parsed.GetValue(yes))
            {
                await Questions.ConfirmAsync($"Jobs that name {name} will be refused.", name, cancellationToken);
            }

            await session.Platform.Upstreams.DeleteAsync(name, cancellationToken);
            session.Output.Tell(new { Deleted = name }, $"Upstream {name} is deleted.");
        });
    }

    private static void Tell(Session session, UpstreamGate gate) => session.Output.Tell(gate, Of(gate));

    private static string Of(UpstreamGate gate) => gate switch
    {
        { Paused: true } => $"{gate.Namespace} is paused: {gate.PauseReason ?? "no reason was given"}",
        { Failing: true } => $"{gate.Namespace} fails most calls; single jobs probe whether it is well again.",
        { ClosedUntil: { } until } when until > TimeProvider.System.GetUtcNow() => $"{gate.Namespace} is closed until {until:O}.",
        _ => $"{gate.Namespace} is called.",
    };

    private static readonly JsonSerializerOptions Indented = new(ClientJson.Options) { WriteIndented = true };

    private static readonly Column<Upstream>[] Columns =
    [
        new("NAMESPACE", upstream => upstream.Namespace),
        new("VERSION", upstream => upstream.Version, IsNumber: true),
        new("BASE URL", upstream => upstream.BaseUrl),
        new("ACTIONS", upstream => upstream.Actions.Count, IsNumber: true),
        new("CALLS/S", upstream => upstream.Limits.RequestsPerSecond > 0 ? upstream.Limits.RequestsPerSecond : null, IsNumber: true),
        new("AT ONCE", upstream => upstream.Limits.Concurrency, IsNumber: true),
    ];
}

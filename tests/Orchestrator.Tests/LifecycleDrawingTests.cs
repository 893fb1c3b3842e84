using System.Text;
using BatchPlatform.Orchestrator.Lifecycle;
using BatchPlatform.Testing;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace BatchPlatform.Orchestrator.Tests;

/// <summary>
/// docs/batch-lifecycle.md is drawn from the state machine; a stale drawing fails here.
/// <c>BP_WRITE_DOCS=1 dotnet test tests/Orchestrator.Tests --filter LifecycleDrawing</c> draws it anew.
/// </summary>
public sealed class LifecycleDrawingTests
{
    [Fact]
    public async Task The_drawing_of_the_lifecycle_is_what_the_state_machine_says()
    {
        var file = Path.Combine(RepositoryPaths.Root, "docs", "batch-lifecycle.md");
        var drawn = Draw(new BatchLifecycle().GetGraph());
        if (Environment.GetEnvironmentVariable("BP_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, drawn);
        }

        Assert.Equal(drawn, await File.ReadAllTextAsync(file));
    }

    private static string Draw(StateMachineGraph graph)
    {
        var text = new StringBuilder();
        text.Append("""
            # The lifecycle of a batch

            Drawn from `services/orchestrator/Lifecycle/BatchLifecycle.cs` by a test that fails when this page is stale.
            An arrow is a command (`Commit`) or an event (`Settled`) that moves a batch; what is refused or ignored in a
            state has no arrow. A job's states are not the saga's business: they follow from slices and outcomes.

            ```mermaid
            stateDiagram-v2

            """);
        text.Append("    [*] --> Created : Create\n    [*] --> Committed : Create (with commit)\n");
        foreach (var arrow in Arrows(graph).Order(StringComparer.Ordinal))
        {
            text.Append("    ").Append(arrow).Append('\n');
        }

        return text.Append("    Deleted --> [*]\n```\n").ToString();
    }

    private static IEnumerable<string> Arrows(StateMachineGraph graph) =>
        (from taken in graph.Edges
         join led in graph.Edges on taken.To equals led.From
         where taken.From.VertexType == typeof(State) && led.To.VertexType == typeof(State)
         where taken.From.Title != "Initial" && taken.From.Title != led.To.Title
         select $"{taken.From.Title} --> {led.To.Title} : {taken.To.Title}").Distinct();
}

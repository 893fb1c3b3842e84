using System.Text.Json;
using BatchPlatform.Api.Upstreams;
using BatchPlatform.Contracts;

namespace BatchPlatform.Api.Expansions;

/// <summary>The JSON object that POST …/jobs takes in place of jobs: make one job from each row of a dataset.</summary>
/// <param name="Dataset">The dataset's id.</param>
/// <param name="Template">What a row is made into.</param>
/// <param name="Commit">Commit the batch once it has the jobs.</param>
public sealed record ExpansionBody(string? Dataset, JobTemplate? Template, bool Commit)
{
    public ExpansionBody()
        : this(Dataset: null, Template: null, Commit: false)
    {
    }
}

/// <summary>
/// What each row of a dataset is made into. A text that is one placeholder, <c>"{{price}}"</c>, becomes the row's value with
/// its type; placeholders within a text become text. <c>{{#row}}</c> is the row's number and <c>{{#group}}</c> its group's, from 1.
/// </summary>
/// <param name="Namespace">The upstream, for all rows.</param>
/// <param name="Action">The action, for all rows.</param>
/// <param name="Params">A JSON object with placeholders; when absent, the row itself.</param>
/// <param name="CustomId">A text with placeholders.</param>
/// <param name="Merge">The row's fields stand beside the params, which win where both have a name.</param>
/// <param name="GroupSize">Rows of a group, from 1.</param>
/// <param name="Constants">A JSON object whose members are added to the params as they are, placeholders or not; they win over all others.</param>
public sealed record JobTemplate(
    string? Namespace, string? Action, JsonElement? Params = null, string? CustomId = null, bool Merge = false, int GroupSize = 1, JsonElement? Constants = null)
{
    private const int MaxCustomIdTemplate = 1000;

    /// <summary>Checks what can be checked without a row.</summary>
    /// <exception cref="ProblemException">422 naming the member.</exception>
    internal void Check(KnownUpstreams upstreams)
    {
        var upstream = upstreams.Find(Namespace) ?? throw Fault(ErrorCodes.UnknownNamespace, "namespace", "names no upstream");
        _ = upstream.Action(Action) ?? throw Fault(ErrorCodes.UnknownAction, "action", $"is none of the upstream '{Namespace}'");
        if (Params is { ValueKind: not JsonValueKind.Object })
        {
            throw Fault(ErrorCodes.InvalidTemplate, "params", "must be a JSON object");
        }

        if (Constants is { ValueKind: not JsonValueKind.Object })
        {
            throw Fault(ErrorCodes.InvalidTemplate, "constants", "must be a JSON object");
        }

        if (CustomId?.Length > MaxCustomIdTemplate)
        {
            throw Fault(ErrorCodes.InvalidTemplate, "custom_id", $"must have at most {MaxCustomIdTemplate} characters");
        }

        if (GroupSize < 1)
        {
            throw Fault(ErrorCodes.InvalidTemplate, "group_size", "must be 1 or more");
        }

        Compile();
    }

    private void Compile()
    {
        try
        {
            _ = new RowTemplate(this);
        }
        catch (FormatException error)
        {
            throw Fault(ErrorCodes.InvalidTemplate, "params", error.Message);
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escaped half of a surrogate pair.
            throw Fault(ErrorCodes.InvalidTemplate, "params", "has text that is not Unicode");
        }
    }

    private static ProblemException Fault(string code, string member, string message) => new(Problems.InvalidField(code, $"template.{member}", message));
}

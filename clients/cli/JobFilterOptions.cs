using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>The options that say which jobs of a batch are meant.</summary>
internal sealed class JobFilterOptions
{
    private readonly Option<string?> _state = Arguments.Choice<JobState>("--state", "Only those in this state.");
    private readonly Option<string?> _namespace = new("--namespace") { Description = "Only those of this upstream.", HelpName = "NAME" };
    private readonly Option<string?> _action = new("--action") { Description = "Only those that make this call.", HelpName = "NAME" };
    private readonly Option<string?> _errorCode = new("--error-code") { Description = "Only those that failed with this code.", HelpName = "CODE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _state, _namespace, _action, _errorCode })
        {
            command.Add(option);
        }
    }

    public JobFilter Of(ParseResult parsed) => new()
    {
        State = Arguments.Of<JobState>(parsed.GetValue(_state)),
        Namespace = parsed.GetValue(_namespace),
        Action = parsed.GetValue(_action),
        ErrorCode = parsed.GetValue(_errorCode),
    };
}

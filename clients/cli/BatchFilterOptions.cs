using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>The options that say which batches are meant.</summary>
internal sealed class BatchFilterOptions
{
    private readonly Option<string?> _state = Arguments.Choice<BatchState>("--state", "Only those in this state.");
    private readonly Option<string?> _name = new("--name") { Description = "Only those with this in their name.", HelpName = "TEXT" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Only this tenant's; for admins.", HelpName = "TENANT" };
    private readonly Option<DateTimeOffset?> _after = Arguments.Time("--created-after", "Only those created later.");
    private readonly Option<DateTimeOffset?> _before = Arguments.Time("--created-before", "Only those created earlier.");
    private readonly Option<string?> _errorCode = new("--error-code") { Description = "Only those with a job that failed with this code.", HelpName = "CODE" };
    private readonly Option<bool?> _scheduled = new("--scheduled") { Description = "Only those with a schedule; 'false': only those without one." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _state, _name, _tenant, _after, _before, _errorCode, _scheduled })
        {
            command.Add(option);
        }
    }

    public BatchFilter Of(ParseResult parsed) => new()
    {
        State = Arguments.Of<BatchState>(parsed.GetValue(_state)),
        Name = parsed.GetValue(_name),
        Tenant = parsed.GetValue(_tenant),
        CreatedAfter = parsed.GetValue(_after),
        CreatedBefore = parsed.GetValue(_before),
        ErrorCode = parsed.GetValue(_errorCode),
        Scheduled = parsed.GetValue(_scheduled),
    };
}

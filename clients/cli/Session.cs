using System.CommandLine;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>What a command works with: the platform, and where its output goes.</summary>
internal sealed class Session : IDisposable
{
    private readonly Lazy<BatchPlatformClient> _platform;

    private Session(ParseResult parsed)
    {
        Output = new Output(Console.Out, parsed.GetValue(GlobalOptions.Json));
        _platform = new Lazy<BatchPlatformClient>(() =>
        {
            var signIn = SignIn.Of(parsed.GetValue(GlobalOptions.Url));
            return new BatchPlatformClient(signIn.Url, signIn.Key);
        });
    }

    /// <summary>The platform that is meant.</summary>
    /// <exception cref="BadInputException">Nobody said which, or there is no key for it.</exception>
    public BatchPlatformClient Platform => _platform.Value;

    public Output Output { get; }

    public void Dispose()
    {
        if (_platform.IsValueCreated)
        {
            Platform.Dispose();
        }
    }

    public static Session Of(ParseResult parsed) => new(parsed);
}

/// <summary>Says what commands do.</summary>
internal static class CommandActions
{
    /// <summary>The action's answer is the exit code.</summary>
    public static Command Does(this Command command, Func<Session, ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = Session.Of(parsed);
            return await action(session, parsed, cancellationToken);
        });
        return command;
    }

    /// <summary>The exit code is 0 unless it throws.</summary>
    public static Command Does(this Command command, Func<Session, ParseResult, CancellationToken, Task> action) =>
        command.Does(async (session, parsed, cancellationToken) =>
        {
            await action(session, parsed, cancellationToken);
            return ExitCodes.AllCompleted;
        });
}

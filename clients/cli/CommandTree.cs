using System.CommandLine;
using System.CommandLine.Invocation;
using BatchPlatform.CommandLine.Commands;

namespace BatchPlatform.CommandLine;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    private static readonly InvocationConfiguration Configuration = new() { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };

    /// <summary>Parses and runs; the answer is the process's exit code.</summary>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        var asJson = parsed.GetValue(GlobalOptions.Json);
        try
        {
            if (asJson && parsed.Action is ParseErrorAction)
            {
                throw new BadInputException(string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
            }

            using var interruption = new Interruption();
            var code = await parsed.InvokeAsync(Configuration, interruption.Token);
            return parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction ? ExitCodes.BadInput : code;
        }
        catch (Exception error) when (Failure.Of(error) is { } failure)
        {
            await Console.Error.WriteLineAsync(asJson ? FailureJson.Of(failure) : failure.Text);
            return failure.ExitCode;
        }
    }

    /// <summary>The tree, made anew.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("Submits batches of API calls to a BatchPlatform, follows them and fetches their results.")
        {
            LoginCommand.Login(),
            LoginCommand.Logout(),
            SubmitCommand.Make(),
            WatchCommand.Make(),
            ListCommand.Make(),
            ShowCommand.Make(),
            ResultsCommand.Make(),
            ErrorsCommand.Make(),
        };
        foreach (var command in LifecycleCommands.Make())
        {
            root.Add(command);
        }

        root.Add(DeleteCommand.Make());
        root.Add(UpstreamsCommand.Make());
        root.Add(SchedulesCommand.Make());
        root.Add(CallbacksCommand.Make());
        root.Add(KeysCommand.Make());
        root.Add(ActionsCommand.Make());
        root.Add(CompletionCommand.Make());
        root.Add(GlobalOptions.Url);
        root.Add(GlobalOptions.Json);
        return root;
    }
}

using System.CommandLine;
using System.Net;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine.Commands;

/// <summary>Keeps an address and a key, and forgets them.</summary>
internal static class LoginCommand
{
    public static Command Login()
    {
        var url = new Argument<string>("URL") { Description = "Where the platform is, such as https://batches.example.com." };
        var command = new Command("login", "Sign in: asks for a key (or takes BP_KEY, or a line of standard input), tries it and keeps it in a file that only you can read.") { url };
        return command.Does(async (session, parsed, cancellationToken) =>
        {
            var key = Environment.GetEnvironmentVariable("BP_KEY") is { Length: > 0 } given ? given : await Questions.SecretAsync("API key: ", cancellationToken);
            var signIn = new SignIn(SignIn.UrlOf(parsed.GetRequiredValue(url)), Checked(key));
            await TryAsync(signIn, cancellationToken);
            signIn.Save();
            session.Output.Tell(new { signIn.Url, SignIn.File }, $"Signed in to {signIn.Url}. The key is in {SignIn.File}.");
        });
    }

    public static Command Logout() => new Command("logout", "Forget address and key.").Does((session, _, _) =>
    {
        var was = SignIn.Forget();
        session.Output.Tell(new { SignedOut = was }, was ? $"Removed {SignIn.File}." : "Nobody was signed in.");
        return Task.CompletedTask;
    });

    private static string Checked(string key) => key.Length > 0 && key.All(each => each is > ' ' and <= '~')
        ? key
        : throw new BadInputException("That is no key: it has printable characters only, and no blanks.");

    private static async Task TryAsync(SignIn signIn, CancellationToken cancellationToken)
    {
        using var platform = new BatchPlatformClient(signIn.Url, signIn.Key);
        try
        {
            await platform.Admin.UsageAsync(cancellationToken: cancellationToken);
        }
        catch (BatchPlatformException refusal) when (refusal.Status == HttpStatusCode.Unauthorized)
        {
            throw new BadInputException($"{signIn.Url} does not know this key; nothing was kept.", refusal);
        }
        catch (BatchPlatformException refusal) when (refusal.Status == HttpStatusCode.Forbidden)
        {
            // A key that may not look around is a key all the same.
        }
    }
}

namespace BatchPlatform.CommandLine;

/// <summary>Asks the user, on standard error, so that standard output stays what was asked for.</summary>
internal static class Questions
{
    /// <summary>Reads a secret without showing it; from standard input where that is no terminal.</summary>
    public static async Task<string> SecretAsync(string question, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return await LineAsync(cancellationToken);
        }

        await Console.Error.WriteAsync(question);
        return await Task.Run(Typed, cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>Lets the user repeat what would be lost.</summary>
    /// <exception cref="BadInputException">He did not.</exception>
    public static async Task ConfirmAsync(string warning, string expected, CancellationToken cancellationToken)
    {
        await Console.Error.WriteAsync($"{warning} To go on, type {expected}: ");
        if (await LineAsync(cancellationToken) != expected)
        {
            throw new BadInputException($"{Environment.NewLine}Nothing was done: that was not {expected}. For scripts: --yes");
        }
    }

    // A read of the terminal cannot be ended; it is left behind, and ends with the process.
    private static async Task<string> LineAsync(CancellationToken cancellationToken) =>
        (await Task.Run(Console.In.ReadLine, cancellationToken).WaitAsync(cancellationToken))?.Trim() ?? "";

    private static string Typed()
    {
        var secret = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } pressed)
        {
            if (pressed.Key == ConsoleKey.Backspace)
            {
                secret.Length = Math.Max(0, secret.Length - 1);
            }
            else if (!char.IsControl(pressed.KeyChar))
            {
                secret.Append(pressed.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return secret.ToString();
    }
}

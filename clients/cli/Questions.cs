namespace BatchPlatform.CommandLine;

/// <summary>Asks the user, on standard error, so that standard output stays what was asked for.</summary>
internal static class Questions
{
    /// <summary>Reads a secret without showing it; from standard input where that is no terminal.</summary>
    public static string Secret(string question)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine()?.Trim() ?? "";
        }

        Console.Error.Write(question);
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

    /// <summary>Lets the user repeat what would be lost.</summary>
    /// <exception cref="BadInputException">He did not.</exception>
    public static void Confirm(string warning, string expected)
    {
        Console.Error.Write($"{warning} To go on, type {expected}: ");
        if (Console.In.ReadLine()?.Trim() != expected)
        {
            throw new BadInputException($"{Environment.NewLine}Nothing was done: that was not {expected}. For scripts: --yes");
        }
    }
}

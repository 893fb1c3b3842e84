using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace BatchPlatform.CommandLine;

/// <summary>Arguments and options that several commands take.</summary>
internal static class Arguments
{
    public static Argument<Guid> Batch(string description = "The batch's id.") => Id("BATCH", description);

    public static Argument<Guid> Id(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = IdOf,
    };

    public static Option<Guid?> IdOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ID",
        CustomParser = result => IdOf(result),
    };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>A length of time.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
        {
            if (!Durations.TryParse(Text(result), out var duration))
            {
                result.AddError($"'{Text(result)}' is no duration: give one such as 90s, 15m, 2h or 1d.");
            }

            return duration;
        },
    };

    /// <summary>A moment, or how long ago it was.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Durations.TryParse(Text(result), out var ago))
            {
                return TimeProvider.System.GetUtcNow() - ago;
            }

            if (!DateTimeOffset.TryParse(Text(result), CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
            {
                result.AddError($"'{Text(result)}' is no time: give one such as 2026-01-31T12:00Z, or how long ago, such as 2h or 7d.");
            }

            return time;
        },
    };

    /// <summary>One of an enumeration, written with hyphens.</summary>
    public static Option<string?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', NamesOf<T>()) };
        option.AcceptOnlyFromAmong([.. NamesOf<T>()]);
        return option;
    }

    /// <summary>The value of such an option.</summary>
    public static T? Of<T>(string? text)
        where T : struct, Enum => text is null ? null : Enum.Parse<T>(text.Replace("-", ""), ignoreCase: true);

    /// <summary>The names of an enumeration, written with hyphens.</summary>
    public static IEnumerable<string> NamesOf<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static Guid IdOf(ArgumentResult result)
    {
        if (!Guid.TryParse(Text(result), out var id))
        {
            result.AddError($"'{Text(result)}' is no id.");
        }

        return id;
    }

    private static string Text(ArgumentResult result) => result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
}

using System.Globalization;
using System.Runtime.CompilerServices;

namespace BatchPlatform.Store;

/// <summary>Statements put together from parts that have parameters of their own.</summary>
public static class Interpolated
{
    /// <summary>The same text with the parts that are interpolated strings themselves taken apart: what stays interpolated are values.</summary>
    public static FormattableString Flat(FormattableString statement)
    {
        var values = new List<object?>();
        return FormattableStringFactory.Create(Renumbered(statement, values), [.. values]);
    }

    /// <summary>A text, without braces, as a part of a statement and not as a value.</summary>
    public static FormattableString Text(string text) => FormattableStringFactory.Create(text);

    /// <summary>Values with commas between them, as a part of a statement.</summary>
    public static FormattableString List<T>(IReadOnlyCollection<T> values) =>
        FormattableStringFactory.Create(string.Join(", ", Enumerable.Range(0, values.Count).Select(Place)), [.. values]);

    private static string Renumbered(FormattableString part, List<object?> values)
    {
        var places = part.GetArguments().Select(argument => argument is FormattableString inner ? Renumbered(inner, values) : Take(argument, values));
        return string.Format(CultureInfo.InvariantCulture, part.Format, [.. places]);
    }

    private static string Take(object? value, List<object?> values)
    {
        values.Add(value);
        return Place(values.Count - 1);
    }

    private static string Place(int number) => string.Create(CultureInfo.InvariantCulture, $"{{{number}}}");
}

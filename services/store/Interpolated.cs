using System.Globalization;
using System.Runtime.CompilerServices;

namespace BatchPlatform.Store;

/// <summary>Statements put together from parts that have parameters of their own.</summary>
internal static class Interpolated
{
    /// <summary>The same text with the parts that are interpolated strings themselves taken apart: what stays interpolated are values.</summary>
    public static FormattableString Flat(FormattableString statement)
    {
        var values = new List<object?>();
        var parts = statement.GetArguments().Select(argument => argument is FormattableString part ? Renumbered(part, values) : Value(argument, values));
        return FormattableStringFactory.Create(Fill(statement.Format, parts), [.. values]);
    }

    private static string Renumbered(FormattableString part, List<object?> values) => Fill(part.Format, part.GetArguments().Select(value => Value(value, values)));

    private static string Value(object? value, List<object?> values)
    {
        values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{values.Count - 1}}}");
    }

    private static string Fill(string format, IEnumerable<string> parts) => string.Format(CultureInfo.InvariantCulture, format, [.. parts]);
}

using System.Text.Json;

namespace BatchPlatform.Api.Schemas;

/// <summary>Keywords for numbers: exact as far as a decimal reaches, as a double beyond.</summary>
internal static class NumberKeywords
{
    public static IEnumerable<SchemaRule> Minimum(KeywordUse use) => Compared(use, order => order >= 0, "at least");

    public static IEnumerable<SchemaRule> Maximum(KeywordUse use) => Compared(use, order => order <= 0, "at most");

    public static IEnumerable<SchemaRule> ExclusiveMinimum(KeywordUse use) => Compared(use, order => order > 0, "more than");

    public static IEnumerable<SchemaRule> ExclusiveMaximum(KeywordUse use) => Compared(use, order => order < 0, "less than");

    public static IEnumerable<SchemaRule> MultipleOf(KeywordUse use)
    {
        var step = use.Number();
        if (step.GetDouble() <= 0)
        {
            throw use.Wrong("must be more than 0");
        }

        var message = $"must be a multiple of {step}";
        return [(value, _) => value.ValueKind != JsonValueKind.Number || IsMultiple(value, step) ? null : SchemaFault.Here(message)];
    }

    public static bool IsWhole(JsonElement value)
    {
        if (value.TryGetInt64(out _))
        {
            return true;
        }

        var number = value.GetDouble();
        return value.TryGetDecimal(out var exact) ? exact == decimal.Truncate(exact) : !double.IsFinite(number) || number == Math.Truncate(number);
    }

    private static IEnumerable<SchemaRule> Compared(KeywordUse use, Func<int, bool> holds, string words)
    {
        var bound = use.Number();
        var message = $"must be {words} {bound}";
        return [(value, _) => value.ValueKind != JsonValueKind.Number || holds(Compare(value, bound)) ? null : SchemaFault.Here(message)];
    }

    private static int Compare(JsonElement left, JsonElement right) =>
        left.TryGetDecimal(out var exactLeft) && right.TryGetDecimal(out var exactRight)
            ? exactLeft.CompareTo(exactRight)
            : left.GetDouble().CompareTo(right.GetDouble());

    private static bool IsMultiple(JsonElement value, JsonElement step)
    {
        if (value.TryGetDecimal(out var exact) && step.TryGetDecimal(out var exactStep) && exactStep != 0)
        {
            return exact % exactStep == 0;
        }

        var quotient = value.GetDouble() / step.GetDouble();
        return double.IsFinite(quotient) && quotient == Math.Truncate(quotient);
    }
}

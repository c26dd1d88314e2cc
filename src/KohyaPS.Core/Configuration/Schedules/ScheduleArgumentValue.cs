namespace KohyaPS;

/// <summary>Python values as the types they are meant to be.</summary>
internal static class ScheduleArgumentValue
{
    /// <summary>Whether a value is a whole number.</summary>
    public static bool IsWhole(object? value) => value is long and >= int.MinValue and <= int.MaxValue;

    /// <summary>True and False, or 1 and 0 as Python takes them; null for anything else.</summary>
    public static bool? Flag(object? value) => value switch
    {
        bool flag => flag,
        1L => true,
        0L => false,
        _ => null,
    };

    /// <summary>The numbers of a value: one, or those of a sequence; null when something else is in it.</summary>
    public static IReadOnlyList<double>? Numbers(object? value)
    {
        if (value is not PythonSequence sequence)
            return Number(value) is { } one ? [one] : null;
        var numbers = sequence.Items.Select(Number).ToList();
        return numbers.TrueForAll(n => n is not null) ? [.. numbers.Select(n => n!.Value)] : null;
    }

    private static double? Number(object? value) => value switch
    {
        double number when !double.IsNaN(number) => number,
        long whole => whole,
        _ => null,
    };
}

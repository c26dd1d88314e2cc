namespace KohyaPS;

/// <summary>One argument that a schedule knows.</summary>
/// <param name="Name">Its name in the original.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Example">A value to show in messages, as it is typed.</param>
internal sealed record ScheduleArgument(string Name, ScheduleArgumentKind Kind, string Example)
{
    /// <summary>How many numbers <see cref="ScheduleArgumentKind.Numbers"/> are.</summary>
    public int Count { get; init; } = 2;

    /// <summary>Whether None may stand for "not set".</summary>
    public bool AllowsNone { get; init; }

    /// <summary>Whether it has no default.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Smallest value.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest value.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Bound that every value must exceed.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Bound that every value must stay below.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The only texts that are known; null for any.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>What is wrong with a value; null when it fits.</summary>
    internal string? Problem(object? value)
    {
        if (Kind == ScheduleArgumentKind.Any || (value is null && AllowsNone))
            return null;
        var numbers = ScheduleArgumentValue.Numbers(value);
        var isOfKind = Kind switch
        {
            ScheduleArgumentKind.Number => value is not PythonSequence && numbers is not null,
            ScheduleArgumentKind.Whole => ScheduleArgumentValue.IsWhole(value),
            ScheduleArgumentKind.Flag => ScheduleArgumentValue.Flag(value) is not null,
            ScheduleArgumentKind.Text => value is string,
            ScheduleArgumentKind.Numbers => value is PythonSequence && numbers?.Count == Count,
            ScheduleArgumentKind.WholeList => value is PythonSequence list && list.Items.All(ScheduleArgumentValue.IsWhole),
            _ => numbers is { Count: > 0 },
        };
        if (!isOfKind)
            return $"is not {InWords}";
        if (Choices is not null && value is string text && !Choices.Contains(text))
            return $"is none of {string.Join(", ", Choices)}";
        var outside = (numbers ?? []).Where(n => !(n >= Minimum && n <= Maximum && n > Above && n < Below)).ToList();
        return outside.Count == 0 ? null : $"is outside its limits, which are {Limits}";
    }

    private string InWords => Kind switch
    {
        ScheduleArgumentKind.Number => "a number",
        ScheduleArgumentKind.Whole => "a whole number",
        ScheduleArgumentKind.Flag => "True or False",
        ScheduleArgumentKind.Text => "text in quotes",
        ScheduleArgumentKind.Numbers => $"{Count} numbers with commas between them",
        ScheduleArgumentKind.WholeList => "a list of whole numbers",
        _ => "a number or a list of numbers",
    };

    private string Limits => string.Join(" and ", new[]
    {
        double.IsFinite(Minimum) ? "from " + SettingText.Format(Minimum) + " on" : double.IsFinite(Above) ? "above " + SettingText.Format(Above) : null,
        double.IsFinite(Maximum) ? "up to " + SettingText.Format(Maximum) : double.IsFinite(Below) ? "below " + SettingText.Format(Below) : null,
    }.OfType<string>());
}

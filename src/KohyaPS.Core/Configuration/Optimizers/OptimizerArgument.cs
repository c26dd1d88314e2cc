using System.Numerics;

namespace KohyaPS;

/// <summary>An argument of an optimizer: its name in Python, what it may be, and what it is where nobody gives it.</summary>
/// <param name="Name">As Python spells it, such as weight_decay.</param>
/// <param name="Kind">What it may be.</param>
/// <param name="Default">The value without it; null where the optimizer works out its own.</param>
public sealed record OptimizerArgument(string Name, OptimizerArgumentKind Kind, object? Default)
{
    /// <summary>Smallest number.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>True where the smallest number itself is not allowed.</summary>
    public bool IsAboveMinimum { get; init; }

    /// <summary>Largest number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>True where the largest number itself is not allowed.</summary>
    public bool IsBelowMaximum { get; init; }

    /// <summary>Whether None may be given.</summary>
    public bool AllowsNone { get; init; }

    /// <summary>Whether numbers may stand in quotes, as bitsandbytes reads them.</summary>
    public bool AllowsQuotes { get; init; }

    /// <summary>The one value that is allowed; null where there is no such limit.</summary>
    public object? Only { get; init; }

    /// <summary>An example of a value, as one writes it; of a truth value the one that makes a difference.</summary>
    public string Example => Default is null ? "0.9" : PythonLiteral.Print(Default is bool otherwise && Only is null ? !otherwise : Default).Trim('(', ')').Replace(" ", "", StringComparison.Ordinal);

    /// <summary>What the argument may be, in words.</summary>
    public string Valid
    {
        get
        {
            if (Only is not null)
                return PythonLiteral.Print(Only) + " only";
            var what = Kind switch
            {
                OptimizerArgumentKind.Number => "a number",
                OptimizerArgumentKind.WholeNumber => "a whole number",
                OptimizerArgumentKind.Flag => "True or False",
                OptimizerArgumentKind.Numbers => $"{Count} numbers with commas",
                _ => "anything",
            };
            var from = double.IsInfinity(Minimum) ? "" : IsAboveMinimum ? $" above {SettingText.Format(Minimum)}" : $" from {SettingText.Format(Minimum)}";
            var to = double.IsInfinity(Maximum) ? from.Length > 0 && !IsAboveMinimum ? " on" : "" : $" {(from.Length > 0 ? "and " : "")}{(IsBelowMaximum ? "below" : "up to")} {SettingText.Format(Maximum)}";
            return what + from + to + (AllowsNone ? ", or None" : "");
        }
    }

    private int Count => ((PythonSequence)Default!).Items.Count;

    /// <summary>The value as its kind: double, long, bool, a sequence of double, or null; an empty answer where it does not fit.</summary>
    internal bool TryRead(object? given, out object? value)
    {
        value = null;
        if (given is null)
            return AllowsNone || Kind == OptimizerArgumentKind.WithoutEffect;
        value = Kind switch
        {
            OptimizerArgumentKind.Number => Number(given),
            OptimizerArgumentKind.WholeNumber => given is long whole && Fits(whole) ? whole : null,
            OptimizerArgumentKind.Flag => given switch { bool flag => flag, 0L => false, 1L => true, _ => null },
            OptimizerArgumentKind.Numbers => Numbers(given),
            _ => given,
        };
        return value is not null && (Only is null || Only.Equals(value));
    }

    private object? Number(object? given)
    {
        double? number = given switch
        {
            double floating => floating,
            long whole => whole,
            BigInteger big => (double)big,
            _ => null,
        };
        return number is { } fitting && Fits(fitting) ? fitting : null;
    }

    private PythonSequence? Numbers(object given)
    {
        if (given is string text && AllowsQuotes)
            given = Unquoted(text) ?? given;
        if (given is not PythonSequence sequence || sequence.Items.Count != Count)
            return null;
        var numbers = sequence.Items.Select(Number).ToList();
        return numbers.Contains(null) ? null : new(numbers, IsList: false);
    }

    private static object? Unquoted(string text)
    {
        try
        {
            return PythonLiteral.Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool Fits(double number) =>
        (IsAboveMinimum ? number > Minimum : number >= Minimum) && (IsBelowMaximum ? number < Maximum : number <= Maximum);
}

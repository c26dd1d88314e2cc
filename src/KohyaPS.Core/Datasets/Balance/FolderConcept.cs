using System.Globalization;
using System.Text.RegularExpressions;

namespace KohyaPS.Datasets;

/// <summary>
/// What the name of a folder says to balancing: {weight}repeats_concept. Digits are ASCII only: what the name part says, not every digit
/// that Unicode knows.
/// </summary>
/// <param name="Weight">The number in leading braces, 1 without.</param>
/// <param name="Repeats">The number before the first underscore; null without, or when it is too large for a count.</param>
/// <param name="Rest">What stays behind the number and the underscore; the whole name (without braces) where there is no number.</param>
/// <param name="IsNumbered">True when the name (without braces) is a number, an underscore and at least one character more.</param>
internal sealed partial record FolderConcept(double Weight, int? Repeats, string Rest, bool IsNumbered)
{
    public static FolderConcept Parse(string name)
    {
        var weight = 1.0;
        if (Weighted().Match(name) is { Success: true } braces)
        {
            weight = double.Parse(braces.Groups["weight"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            name = name[braces.Length..];
        }
        if (Numbered().Match(name) is not { Success: true } number)
            return new(weight, null, name, false);
        int? repeats = int.TryParse(number.Groups["repeats"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        var rest = name[number.Length..];
        return new(weight, repeats, rest, rest.Length > 0);
    }

    [GeneratedRegex(@"^\{(?<weight>[0-9]+\.?[0-9]*)\}")]
    private static partial Regex Weighted();

    [GeneratedRegex("^(?<repeats>[0-9]+)_")]
    private static partial Regex Numbered();
}

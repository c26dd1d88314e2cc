using System.Globalization;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// lr_warmup_steps and lr_decay_steps as the trainer's command line reads them: 10% and numbers below 1 are shares; from 1 on a whole number must be
/// written as one, so that 1.0 cannot be taken for all steps. Digits are Python's: 1_000 and those of other scripts are numbers, too.
/// </summary>
internal static class TrainerSteps
{
    /// <exception cref="FormatException">The trainer refuses this text.</exception>
    internal static StepsOrShare Parse(string text)
    {
        if (text.EndsWith('%') && Number(text[..^1]) is { } percent)
            return StepsOrShare.Share(percent / 100);
        if (Number(text) is not { } number)
            throw new FormatException($"'{text}' is neither a number of steps (100) nor a share of the training (0.1 or 10%).");
        if (number < 1)
            return number > 0 ? StepsOrShare.Share(number) : StepsOrShare.Steps(number);
        return Digits(text.Trim()) is { } digits && digits.TrimStart('+').All(char.IsAsciiDigit)
            ? StepsOrShare.Steps(number)
            : throw new FormatException($"'{text}' can mean steps or a share, and sd-scripts refuses it. Write {number.ToString("0", CultureInfo.InvariantCulture)} for steps, or a percentage such as 100%.");
    }

    private static double? Number(string text) =>
        Digits(text.Trim()) is { } digits && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>Decimal digits of any script as 0 to 9, without underscores between them; null where an underscore stands elsewhere.</summary>
    private static string? Digits(string text)
    {
        var ascii = string.Concat(text.Select(c => char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c));
        for (var i = 0; i < ascii.Length; i++)
        {
            if (ascii[i] == '_' && (i == 0 || i == ascii.Length - 1 || !char.IsAsciiDigit(ascii[i - 1]) || !char.IsAsciiDigit(ascii[i + 1])))
                return null;
        }
        return ascii.Replace("_", "", StringComparison.Ordinal);
    }
}

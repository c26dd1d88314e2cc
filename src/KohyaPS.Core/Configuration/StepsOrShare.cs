using System.Globalization;

namespace KohyaPS;

/// <summary>
/// A length of training: a number of optimizer steps, or a share of all steps that becomes a number when the length of the training is known.
/// Written as sd-scripts does: 100 are steps, 0.1 and 10% are a tenth.
/// </summary>
public readonly record struct StepsOrShare
{
    private StepsOrShare(double value, bool isShare)
    {
        Value = value;
        IsShare = isShare;
    }

    /// <summary>The number of steps, or the share (1 is the whole training).</summary>
    public double Value { get; }

    /// <summary>Whether <see cref="Value"/> is a share.</summary>
    public bool IsShare { get; }

    /// <summary>A number of steps.</summary>
    public static StepsOrShare Steps(double steps) => new(steps, false);

    /// <summary>A share of all steps.</summary>
    public static StepsOrShare Share(double share) => new(share, true);

    /// <summary>Numbers between 0 and 1 are shares, others are steps.</summary>
    public static StepsOrShare FromDouble(double value) => value is > 0 and < 1 ? Share(value) : Steps(value);

    /// <summary>Numbers between 0 and 1 are shares, others are steps.</summary>
    public static implicit operator StepsOrShare(double value) => FromDouble(value);

    /// <summary>A number of steps.</summary>
    public static StepsOrShare FromInt32(int steps) => Steps(steps);

    /// <summary>A number of steps.</summary>
    public static implicit operator StepsOrShare(int steps) => FromInt32(steps);

    /// <summary>Reads 100, 0.1 or 10%.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static StepsOrShare Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = text.Trim();
        var isPercent = number.EndsWith('%');
        if (!double.TryParse(isPercent ? number[..^1] : number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            throw new FormatException($"'{text}' is neither a number of steps (100) nor a share of the training (0.1 or 10%).");
        return isPercent ? Share(value / 100) : FromDouble(value);
    }

    /// <summary>The number of steps of a training that takes <paramref name="totalSteps"/> in all; a share is rounded down, as sd-scripts does.</summary>
    public int Resolve(int totalSteps) => (int)(IsShare ? Value * totalSteps : Value);

    /// <summary>The same, but a share is rounded to the nearest step, half to even, as the GUI of kohya_ss v21.8.8 does.</summary>
    public int ResolveRounded(int totalSteps) => (int)Math.Round(IsShare ? Value * totalSteps : Value, MidpointRounding.ToEven);

    /// <summary>100 for steps, 0.1 for a share; a share that is not between 0 and 1 as a percentage.</summary>
    public override string ToString() =>
        IsShare && Value is not (> 0 and < 1)
            ? (Value * 100).ToString("R", CultureInfo.InvariantCulture) + "%"
            : Value.ToString("R", CultureInfo.InvariantCulture);
}

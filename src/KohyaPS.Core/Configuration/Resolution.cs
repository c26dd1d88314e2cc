using System.Globalization;

namespace KohyaPS;

/// <summary>Width and height in pixels, written 512 or 512,768.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct Resolution(int Width, int Height)
{
    /// <summary>A square.</summary>
    public Resolution(int side)
        : this(side, side)
    {
    }

    /// <summary>A square.</summary>
    public static Resolution FromInt32(int side) => new(side);

    /// <summary>A square.</summary>
    public static implicit operator Resolution(int side) => FromInt32(side);

    /// <summary>Reads 512, 512,768 or 512x768.</summary>
    /// <exception cref="FormatException">The text is not one or two whole numbers.</exception>
    public static Resolution Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sides = text.Split([',', 'x', 'X'], StringSplitOptions.TrimEntries);
        var numbers = new List<int>();
        foreach (var side in sides)
        {
            if (!int.TryParse(side, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                throw Refuse(text);
            numbers.Add(number);
        }
        return numbers.Count switch
        {
            1 => new(numbers[0]),
            2 => new(numbers[0], numbers[1]),
            _ => throw Refuse(text),
        };
    }

    /// <summary>512,768.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width},{Height}");

    private static FormatException Refuse(string text) => new($"'{text}' is not a resolution: one number (512) or width,height (512,768) in pixels.");
}

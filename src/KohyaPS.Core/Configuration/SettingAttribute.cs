namespace KohyaPS;

/// <summary>
/// Marks a property of a <see cref="SettingGroup"/> as a setting and says what its type and initialiser do not: the names of other programs, their
/// defaults, and the limits. The catalogue, cmdlet parameters, YAML keys, importers, validation and documentation follow from it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute : Attribute
{
    /// <summary>Name in sd-scripts and YAML where it is not the property's name in snake_case.</summary>
    public string? Name { get; init; }

    /// <summary>Further names in PascalCase: short forms, and what other programs call it.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Key in the JSON files of the kohya_ss GUI; null when the GUI has no control for it.</summary>
    public string? Gui { get; init; }

    /// <summary>Default of the kohya_ss v21.8.8 GUI where it is not ours; empty means not set.</summary>
    public string? GuiDefault { get; init; }

    /// <summary>Default of the sd-scripts trainer where it is not ours; empty means not set.</summary>
    public string? TrainerDefault { get; init; }

    /// <summary>Why our default is not the GUI's.</summary>
    public string? Why { get; init; }

    /// <summary>Smallest valid value.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest valid value.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Bound that a valid value must stay below.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The only valid numbers, if they are few.</summary>
    public int[] Choices { get; init; } = [];

    /// <summary>The value is the path of a file or folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>Other programs write 0 for "not set".</summary>
    public bool ZeroMeansUnset { get; init; }

    /// <summary>sd-scripts has a flag of this name.</summary>
    public bool IsFlag { get; init; } = true;
}

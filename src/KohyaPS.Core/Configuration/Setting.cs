using System.Reflection;

namespace KohyaPS;

/// <summary>One setting of the catalogue: its names, type, defaults and limits.</summary>
public sealed class Setting
{
    private readonly PropertyInfo group;
    private readonly PropertyInfo property;
    private readonly SettingAttribute facts;

    internal Setting(PropertyInfo group, PropertyInfo property, SettingAttribute facts)
    {
        this.group = group;
        this.property = property;
        this.facts = facts;
        Key = facts.Name ?? SettingText.SnakeCase(property.Name);
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IsNullable = !property.PropertyType.IsValueType
            ? new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable
            : Nullable.GetUnderlyingType(property.PropertyType) is not null;
        Default = Read(new LoraConfig { BaseFolder = "/" });
    }

    /// <summary>Name in PascalCase: property, parameter, and what reports call it.</summary>
    public string Name => property.Name;

    /// <summary>Name in snake_case: YAML, TOML and command lines.</summary>
    public string Key { get; }

    /// <summary>Group it stands in, such as Network.</summary>
    public string Group => group.Name;

    /// <summary>Type of its values, without null.</summary>
    public Type ValueType { get; }

    /// <summary>Whether it can be "not set".</summary>
    public bool IsNullable { get; }

    /// <summary>Our default.</summary>
    public object? Default { get; }

    /// <summary>Further names.</summary>
    public IReadOnlyList<string> Aliases => facts.Aliases;

    /// <summary>Key in the JSON files of the kohya_ss GUI, or null.</summary>
    public string? GuiKey => facts.Gui;

    /// <summary>Default of the kohya_ss v21.8.8 GUI, or of ours where it has no control.</summary>
    public object? GuiDefault => facts.GuiDefault is null ? Default : SettingText.Parse(this, facts.GuiDefault);

    /// <summary>Default of the sd-scripts trainer.</summary>
    public object? TrainerDefault => facts.TrainerDefault is null ? Default : SettingText.Parse(this, facts.TrainerDefault);

    /// <summary>Why our default is not the GUI's, or null.</summary>
    public string? Why => facts.Why;

    /// <summary>Smallest valid value.</summary>
    public double Minimum => facts.Minimum;

    /// <summary>Largest valid value.</summary>
    public double Maximum => facts.Maximum;

    /// <summary>Bound that a valid value stays below.</summary>
    public double Below => facts.Below;

    /// <summary>The words or numbers that are valid, if they are few.</summary>
    public IReadOnlyList<string> Choices =>
        ValueType.IsEnum ? SettingText.Words(ValueType) : [.. facts.Choices.Select(choice => SettingText.Format(choice))];

    /// <summary>Whether the value is the path of a file or folder.</summary>
    public bool IsPath => facts.IsPath;

    /// <summary>Whether other programs write 0 for "not set".</summary>
    public bool ZeroMeansUnset => facts.ZeroMeansUnset;

    /// <summary>Whether sd-scripts has a flag of this name; what only LyCORIS knows is none, but an argument of the network.</summary>
    public bool IsFlag => facts.IsFlag && Group != nameof(LoraConfig.Lycoris);

    /// <summary>The value in a configuration.</summary>
    public object? Read(LoraConfig config) => property.GetValue(group.GetValue(config));

    /// <summary>A copy of a configuration with another value; text is converted.</summary>
    /// <exception cref="ArgumentException">The value does not fit the setting.</exception>
    public LoraConfig Write(LoraConfig config, object? value) => WriteAsIs(config, SettingText.Convert(this, value));

    /// <summary>A copy of a configuration with another value of the setting's own type: an empty text stays one.</summary>
    internal LoraConfig WriteAsIs(LoraConfig config, object? value)
    {
        ArgumentNullException.ThrowIfNull(config);
        var changed = ((SettingGroup)group.GetValue(config)!).Copy();
        property.SetValue(changed, value);
        var copy = config with { };
        group.SetValue(copy, changed);
        return copy;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

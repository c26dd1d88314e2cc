using System.Reflection;

namespace KohyaPS.Build.WriteHelp;

/// <summary>How a parameter is bound in one parameter set.</summary>
internal sealed record ParameterUse(string ParameterSet, bool Mandatory, int? Position, bool ByValue, bool ByPropertyName, bool Remaining)
{
    /// <summary>PowerShell's name for "every parameter set".</summary>
    public const string AllSets = "__AllParameterSets";

    /// <summary>The words of Get-Help for pipeline input.</summary>
    public string PipelineInput => (ByValue, ByPropertyName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };
}

/// <summary>One parameter of a cmdlet.</summary>
internal sealed class ParameterDescription
{
    public ParameterDescription(PropertyInfo property)
    {
        Property = property;
        Uses = [.. CmdletDescription.Attributes(property, "ParameterAttribute").Select(UseOf)];
        Aliases = CmdletDescription.Attribute(property, "AliasAttribute") is { } alias ? Strings(alias) : [];
        Values = property.PropertyType switch
        {
            _ when CmdletDescription.Attribute(property, "ValidateSetAttribute") is { } set => Strings(set),
            _ when ElementType.IsEnum => Enum.GetNames(ElementType),
            _ => [],
        };
    }

    public PropertyInfo Property { get; }

    public string Name => Property.Name;

    public IReadOnlyList<ParameterUse> Uses { get; }

    public IReadOnlyList<string> Aliases { get; }

    /// <summary>The closed choice of values, empty where any value is accepted.</summary>
    public IReadOnlyList<string> Values { get; }

    public bool IsSwitch => Property.PropertyType.Name == "SwitchParameter";

    public bool AcceptsWildcards => CmdletDescription.Attribute(Property, "SupportsWildcardsAttribute") is not null;

    /// <summary>The type as a user would write it: without Nullable, Int32[] for arrays.</summary>
    public string TypeName
    {
        get
        {
            var type = Property.PropertyType;
            return type.IsArray ? $"{ElementType.Name}[]" : ElementType.Name;
        }
    }

    private Type ElementType
    {
        get
        {
            var type = Property.PropertyType;
            type = type.IsArray ? type.GetElementType()! : type;
            return Nullable.GetUnderlyingType(type) ?? type;
        }
    }

    /// <summary>The use in a set, null where the parameter does not belong to it.</summary>
    public ParameterUse? In(string parameterSet) =>
        Uses.FirstOrDefault(use => use.ParameterSet == parameterSet) ?? Uses.FirstOrDefault(use => use.ParameterSet == ParameterUse.AllSets);

    private static ParameterUse UseOf(CustomAttributeData data) => new(
        CmdletDescription.Named(data, "ParameterSetName") as string ?? ParameterUse.AllSets,
        CmdletDescription.Named(data, "Mandatory") is true,
        CmdletDescription.Named(data, "Position") as int?,
        CmdletDescription.Named(data, "ValueFromPipeline") is true,
        CmdletDescription.Named(data, "ValueFromPipelineByPropertyName") is true,
        CmdletDescription.Named(data, "ValueFromRemainingArguments") is true);

    private static string[] Strings(CustomAttributeData data) => [.. data.ConstructorArguments
        .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> several ? several : [argument])
        .Select(argument => argument.Value).OfType<string>()];
}

using System.Reflection;

namespace KohyaPS.Build.WriteHelp;

/// <summary>What reflection tells about a cmdlet. Attributes are read as data: the reference assembly of PowerShell cannot run.</summary>
internal sealed class CmdletDescription
{
    private const string Automation = "System.Management.Automation.";

    /// <summary>Reads the attributes of one cmdlet's type.</summary>
    public CmdletDescription(Type type)
    {
        Type = type;
        var cmdlet = Attribute(type, "CmdletAttribute")!;
        Name = NameOf(cmdlet);
        SupportsShouldProcess = Named(cmdlet, "SupportsShouldProcess") is true;
        DefaultParameterSet = Named(cmdlet, "DefaultParameterSetName") as string;
        Parameters = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => Attribute(property, "ParameterAttribute") is not null)
            .Select(property => new ParameterDescription(property))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)];
        OutputTypes = [.. Attributes(type, "OutputTypeAttribute").SelectMany(OutputsOf)];
    }

    public Type Type { get; }

    public string Name { get; }

    public bool SupportsShouldProcess { get; }

    public string? DefaultParameterSet { get; }

    public IReadOnlyList<ParameterDescription> Parameters { get; }

    public IReadOnlyList<string> OutputTypes { get; }

    /// <summary>The named parameter sets, the default one first; one unnamed set where the cmdlet has no others.</summary>
    public IReadOnlyList<string> ParameterSets
    {
        get
        {
            var names = Parameters.SelectMany(parameter => parameter.Uses).Select(use => use.ParameterSet)
                .Where(name => name != ParameterUse.AllSets).Distinct()
                .OrderBy(name => name == DefaultParameterSet ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal).ToList();
            return names.Count > 0 ? names : [ParameterUse.AllSets];
        }
    }

    /// <summary>True for types that PowerShell offers as cmdlets.</summary>
    public static bool IsCmdlet(Type type) => !type.IsAbstract && Attribute(type, "CmdletAttribute") is not null;

    /// <summary>The cmdlet name of each cmdlet's type, for references in texts.</summary>
    public static IReadOnlyDictionary<string, string> NamesOf(IEnumerable<Type> types) =>
        types.Where(IsCmdlet).ToDictionary(type => type.FullName!, type => NameOf(Attribute(type, "CmdletAttribute")!));

    internal static CustomAttributeData? Attribute(MemberInfo member, string name) => Attributes(member, name).FirstOrDefault();

    internal static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        member.GetCustomAttributesData().Where(data => data.AttributeType.FullName == Automation + name);

    internal static object? Named(CustomAttributeData data, string name) =>
        data.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value;

    private static string NameOf(CustomAttributeData cmdlet) => $"{cmdlet.ConstructorArguments[0].Value}-{cmdlet.ConstructorArguments[1].Value}";

    private static IEnumerable<string> OutputsOf(CustomAttributeData output) => output.ConstructorArguments
        .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> several ? several : [argument])
        .Select(argument => argument.Value switch { Type type => type.FullName!, string name => name, _ => "" })
        .Where(name => name.Length > 0);
}

using System.Collections;
using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Lets arguments of an optimizer or schedule be given as text (<c>'weight_decay=0.01'</c>) or as a hashtable (<c>@{ weight_decay = 0.01 }</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamedValuesTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IDictionary named
            ? named.Keys.Cast<object>().Select(key => $"{key}={Literal(named[key])}").Order(StringComparer.Ordinal).ToArray()
            : value!;
    }

    /// <summary>True and False as Python writes them, as in the text that other programs take.</summary>
    private static string Literal(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        var other => SettingText.Format(other),
    };
}

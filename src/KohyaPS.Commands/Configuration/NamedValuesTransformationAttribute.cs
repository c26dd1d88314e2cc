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
            ? named.Keys.Cast<object>().Select(key => NamedValue.Write($"{key}", Plain(named[key]))).Order(StringComparer.Ordinal).ToArray()
            : value!;
    }

    private static object? Plain(object? value) => value switch
    {
        PSObject wrapped => Plain(wrapped.BaseObject),
        object?[] items => items.Select(Plain).ToArray(),
        _ => value,
    };
}

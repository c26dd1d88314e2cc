using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Lets a choice be written as sd-scripts writes it (<c>cosine_with_restarts</c>) as well as by the name of the enum member.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChoiceTransformationAttribute(Type choices) : ArgumentTransformationAttribute
{
    /// <summary>The enum.</summary>
    public Type Choices { get; } = choices;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text || text.Length == 0)
            return value!;
        return SettingText.Choice(Choices, text)
            ?? throw new ArgumentTransformationMetadataException($"'{text}' is none of the choices. {SettingText.Suggest(Choices, text)}");
    }
}

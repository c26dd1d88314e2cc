using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Lets <c>-Resolution 512,768</c> be what it looks like: PowerShell makes a list of two numbers of it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ResolutionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var text = value is Resolution ? null : SettingText.Format(value);
        try
        {
            return text is null ? value! : Resolution.Parse(text);
        }
        catch (FormatException error)
        {
            throw new ArgumentTransformationMetadataException(error.Message, error);
        }
    }
}

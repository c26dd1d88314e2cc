using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>
/// Accepts a configuration that has been through Export-Clixml, a job or a remote session, where it comes back as a copy without its type.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LoraConfigTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is not PSObject copy || !copy.TypeNames.Contains("Deserialized.KohyaPS.LoraConfig"))
            return inputData;
        try
        {
            return Rebuild(copy);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentTransformationMetadataException(error.Message, error);
        }
    }

    private static LoraConfig Rebuild(PSObject copy)
    {
        var config = new LoraConfig { BaseFolder = Text(copy, nameof(LoraConfig.BaseFolder)) ?? "/" };
        if (copy.Properties[nameof(LoraConfig.HasOwnName)]?.Value is true)
            config = config with { Name = Text(copy, nameof(LoraConfig.Name)) ?? "" };
        if (copy.Properties[nameof(LoraConfig.Settings)]?.Value is not PSObject settings)
            throw new ArgumentException("This copy of a configuration has lost its settings. Export it with Export-LoraConfig instead.");
        var lines = settings.BaseObject is System.Collections.IEnumerable list ? list.Cast<object>() : [];
        if (copy.Properties[nameof(LoraConfig.Datasets)]?.Value is not null)
            throw new ArgumentException("This copy of a configuration has lost its datasets. Write it with Export-LoraConfig instead, and read the file with Import-LoraConfig.");
        foreach (var line in lines.Select(line => line.ToString() ?? ""))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                config = config.With(line[..equals], line[(equals + 1)..]);
        }
        return config;
    }

    private static string? Text(PSObject copy, string property) => copy.Properties[property]?.Value?.ToString();
}

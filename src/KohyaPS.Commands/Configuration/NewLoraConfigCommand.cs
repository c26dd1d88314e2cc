using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Makes a LoRA configuration from settings; what is not given keeps its default.</summary>
/// <remarks>
/// <para>
/// Each setting is a parameter, named as sd-scripts names it in PascalCase; the names in snake_case work too. Nothing is checked here but that a value has the right type:
/// Test-LoraConfig lists all that is wrong at once. The settings belong to groups (Model, Folders, Captions, Buckets, Augmentation, Caching, Network, Lycoris, Optimizer, Schedule, Objective, Noise, Training, Saving, Sampling, Validation, Metadata, Logging, Runtime); docs/settings.md lists every setting with its default, and what kohya_ss and sd-scripts call it.
/// </para>
/// </remarks>
/// <example>
/// <para>Sixteen epochs on a folder of pictures.</para>
/// <code>New-LoraConfig -Model .\sd15.safetensors -TrainDataDir .\train\img -OutputDir .\out -NetworkDim 32 -MaxTrainEpochs 16</code>
/// </example>
/// <example>
/// <para>Takes the folders of a prepared dataset from the pipeline.</para>
/// <code>Get-TrainingDataset .\train | New-LoraConfig -Model .\sd15.safetensors | Test-LoraConfig</code>
/// </example>
/// <example>
/// <para>Lists the settings of a group, with their defaults.</para>
/// <code>[KohyaPS.SettingCatalogue]::All | Where-Object Group -eq Network | Format-Table Name, Key, Default, Choices</code>
/// </example>
[Cmdlet(VerbsCommon.New, "LoraConfig")]
[OutputType(typeof(LoraConfig))]
public sealed partial class NewLoraConfigCommand : PSCmdlet
{
    /// <summary>What to call the configuration in lists and reports. Not given: the output name.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Configuration to start from instead of the defaults; it is not changed.</summary>
    [Parameter]
    [LoraConfigTransformation]
    public LoraConfig? Template { get; set; }

    /// <summary>Catches what is no parameter, to say which one was meant.</summary>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[]? Unknown { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Unknown is not { Length: > 0 })
            return;
        var words = Unknown.Select(item => item is PSObject wrapped ? wrapped.BaseObject : item).OfType<string>();
        var name = words.FirstOrDefault(word => word.StartsWith('-'))?.Trim('-', ':');
        var message = name is null
            ? $"'{Unknown[0]}' belongs to no parameter. Write the setting before its value, such as -NetworkDim {Unknown[0]}."
            : $"There is no setting '{name}'. {Suggest(name)}";
        ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), "UnknownSetting", ErrorCategory.InvalidArgument, name ?? Unknown[0]));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var bound = MyInvocation.BoundParameters;
        var config = Template ?? new LoraConfig();
        config = Template is null ? config with { BaseFolder = SettingPaths.CurrentFolder(this) } : config;
        if (Name is not null)
            config = config with { Name = Name };
        config = AddDataset(config);
        foreach (var setting in SettingCatalogue.All.Where(setting => bound.ContainsKey(setting.Name)))
        {
            SayNewName(setting);
            config = setting.Write(config, Value(setting, bound[setting.Name]));
        }
        WriteObject(config);
    }

    private object? Value(Setting setting, object? value)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            SwitchParameter flag => flag.ToBool(),
            string path when setting.IsPath => SettingPaths.AsGiven(this, path),
            string[] paths when setting.IsPath => paths.Select(path => SettingPaths.AsGiven(this, path)).ToArray(),
            _ => plain,
        };
    }

    private void SayNewName(Setting setting)
    {
        var line = MyInvocation.Line ?? "";
        foreach (var old in setting.Aliases.Append(setting.Key).Where(name => !string.Equals(name, setting.Name, StringComparison.OrdinalIgnoreCase)))
        {
            if (line.Contains($"-{old} ", StringComparison.OrdinalIgnoreCase) || line.Contains($"-{old}:", StringComparison.OrdinalIgnoreCase))
                WriteVerbose($"-{old} is called -{setting.Name} here.");
        }
    }

    private static string Suggest(string name)
    {
        var nearest = NearestName.Find(name.Replace("_", "", StringComparison.Ordinal), SettingCatalogue.All.SelectMany(setting => setting.Aliases.Append(setting.Name)));
        return nearest is null ? "'Get-Help New-LoraConfig -Full' lists all settings." : $"Did you mean -{nearest}?";
    }
}

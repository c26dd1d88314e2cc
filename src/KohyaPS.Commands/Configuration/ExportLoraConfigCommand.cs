using System.Management.Automation;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Commands;

/// <summary>Writes a LoRA configuration to a YAML file, or to TOML for sd-scripts.</summary>
/// <remarks>
/// <para>
/// The file holds what differs from the defaults, each setting with a comment that says what it means. It is written beside the target and then renamed, so that an interrupted
/// write leaves the old file whole. Import-LoraConfig reads back the same configuration; relative paths are rewritten for the new folder.
/// </para>
/// <para>
/// A name that ends in .toml gives a config_file of sd-scripts instead, with absolute paths; datasets go into a second file beside it (name_dataset.toml).
/// </para>
/// </remarks>
/// <example>
/// <para>Saves a configuration for later.</para>
/// <code>New-LoraConfig -Model .\sd15.safetensors -NetworkDim 32 | Export-LoraConfig -Path .\dog.yaml</code>
/// </example>
/// <example>
/// <para>Writes a file with every setting, to edit by hand.</para>
/// <code>New-LoraConfig | Export-LoraConfig -Path .\all.yaml -IncludeDefaults</code>
/// </example>
/// <example>
/// <para>Turns a GUI configuration into a config_file of sd-scripts.</para>
/// <code>Import-LoraConfig .\kohya.json | Export-LoraConfig -Path .\config.toml</code>
/// </example>
[Cmdlet(VerbsData.Export, "LoraConfig", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLoraConfigCommand : PSCmdlet
{
    private readonly HashSet<string> written = [];

    /// <summary>Configuration to write.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <summary>File to write; its name is taken as it is. An existing file is replaced.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LiteralPath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Write every setting, not only those that differ from the defaults; not for .toml.</summary>
    [Parameter]
    public SwitchParameter IncludeDefaults { get; set; }

    /// <summary>Do not replace an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Return the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (!written.Add(file))
            Refuse(new ArgumentException($"Several configurations were given, but '{file}' holds one. Use ForEach-Object with a name for each, such as \"$($_.Name).yaml\"."), "ConfigFileTakesOne", ErrorCategory.InvalidArgument);
        var isToml = System.IO.Path.GetExtension(file).Equals(".toml", StringComparison.OrdinalIgnoreCase);
        if (isToml && IncludeDefaults)
            Refuse(new PSArgumentException($"'{file}' is for sd-scripts, and its defaults are not ours: a .toml file takes no -IncludeDefaults. Leave it out, or write a .yaml file."), "DefaultsNotInToml", ErrorCategory.InvalidArgument);
        string[] files = isToml && Config.Datasets is not null ? [file, ConfigFiles.DatasetPathFor(file)] : [file];
        if (NoClobber && files.FirstOrDefault(File.Exists) is { } existing)
            Refuse(new IOException($"'{existing}' exists. Leave out -NoClobber to replace it, or choose another name."), "ConfigFileExists", ErrorCategory.ResourceExists);
        if (!ShouldProcess(file, $"Write configuration '{Config.Name}'"))
            return;
        try
        {
            if (isToml)
                ConfigFiles.WriteTrainerToml(Config, file);
            else
                ConfigFiles.Write(Config, file, IncludeDefaults);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(error, "ConfigNotWritten", ErrorCategory.WriteError);
        }
        if (PassThru)
            WriteObject(files.Select(path => new FileInfo(path)), enumerateCollection: true);
    }

    private void Refuse(Exception error, string id, ErrorCategory category) => ThrowTerminatingError(new ErrorRecord(error, id, category, Path));
}

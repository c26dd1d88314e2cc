using System.Collections.ObjectModel;
using System.Management.Automation;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Commands;

/// <summary>Reads a LoRA configuration from a file of KohyaPS, kohya_ss or sd-scripts.</summary>
/// <remarks>
/// <para>
/// What a file is follows from its content: KohyaPS YAML; JSON of the kohya_ss GUI, of any year; config_file TOML and dataset_config TOML or JSON of sd-scripts; a command line of sd-scripts; or a script
/// for PowerShell, cmd or bash that starts it, which gives a configuration for each training; or a LoRA file (.safetensors), whose metadata say how it was trained. Nothing of a script is run. Files of other programs are refused by name.
/// </para>
/// <para>
/// The Origin property of a configuration says what became of each entry of a foreign file: taken, renamed, changed in meaning, ignored and why, or unknown with the nearest name. In YAML, whatever is not
/// understood is an error that names the line. Relative paths are relative to the folder of the file.
/// </para>
/// </remarks>
/// <example>
/// <para>Reads one configuration and trains it.</para>
/// <code>Import-LoraConfig .\dog.yaml | Start-LoraTraining</code>
/// </example>
/// <example>
/// <para>Takes over a configuration of kohya_ss, and shows what is not taken as it is.</para>
/// <code>(Import-LoraConfig .\kohya.json).Origin.Notes | Where-Object Outcome -ne Taken</code>
/// </example>
/// <example>
/// <para>Checks all configurations of a folder.</para>
/// <code>Import-LoraConfig .\configs\*.yaml | Test-LoraConfig</code>
/// </example>
/// <example>
/// <para>Makes a configuration of a command line that was copied from a guide.</para>
/// <code>Import-LoraConfig -CommandLine 'accelerate launch train_network.py --network_module networks.lora --network_dim 32'</code>
/// </example>
[Cmdlet(VerbsData.Import, "LoraConfig", DefaultParameterSetName = "Path")]
[OutputType(typeof(LoraConfig))]
public sealed class ImportLoraConfigCommand : PSCmdlet
{
    /// <summary>Files to read; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files to read, their names taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Command line of sd-scripts, over one or several lines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "CommandLine")]
    [ValidateNotNullOrEmpty]
    public string CommandLine { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "CommandLine")
        {
            Write("command line", () => [ConfigFiles.ReadCommandLine(CommandLine, SettingPaths.CurrentFolder(this))]);
            return;
        }
        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath)
        {
            foreach (var file in Resolve(path))
                Write(file, () => ReadFile(file));
        }
    }

    private Collection<string> Resolve(string path)
    {
        try
        {
            if (ParameterSetName == "LiteralPath")
                return [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)];
            return SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            Refuse(new FileNotFoundException($"There is no file '{path}'. Check the name, or list the folder with Get-ChildItem.", path, error), "ConfigNotFound", ErrorCategory.ObjectNotFound, path);
            return [];
        }
    }

    private static IReadOnlyList<LoraConfig> ReadFile(string file)
    {
        if (!string.Equals(System.IO.Path.GetExtension(file), ".ps1", StringComparison.OrdinalIgnoreCase))
            return ConfigFiles.ReadAll(file);
        var commands = PowerShellScriptReader.Commands(ConfigFiles.ReadText(file), file);
        return commands.Count > 0
            ? [.. commands.Select(words => ConfigFiles.ReadCommand(words, file))]
            : throw new ConfigFormatException($"'{file}' starts no trainer of sd-scripts: there is no train_network.py in it.");
    }

    private void Write(string file, Func<IReadOnlyList<LoraConfig>> read)
    {
        try
        {
            foreach (var config in read())
            {
                Warn(file, config);
                WriteObject(config);
            }
        }
        catch (Exception error) when (error is ConfigFormatException or CheckpointFormatException)
        {
            Refuse(error, "ConfigUnreadable", ErrorCategory.InvalidData, file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            Refuse(new FileNotFoundException($"There is no file '{file}'. Check the name, or list the folder with Get-ChildItem.", file, error), "ConfigNotFound", ErrorCategory.ObjectNotFound, file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(error, "ConfigUnreadable", ErrorCategory.ReadError, file);
        }
    }

    private void Warn(string file, LoraConfig config)
    {
        var notes = config.Origin?.Notes.Where(note => note.Outcome is ImportOutcome.Changed or ImportOutcome.Ignored or ImportOutcome.Unknown).ToList() ?? [];
        if (notes.Count == 0)
            return;
        var shown = string.Concat(notes.Take(5).Select(note => $"\n  {note.Source}: {note.Message}"));
        var more = notes.Count > 5 ? $"\n  and {SettingText.Format(notes.Count - 5)} more" : "";
        WriteWarning($"'{file}': not everything is taken as it is; Origin.Notes of the configuration has the whole report.{shown}{more}");
    }

    private void Refuse(Exception error, string id, ErrorCategory category, string target) => WriteError(new ErrorRecord(error, id, category, target));
}

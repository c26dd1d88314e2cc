using System.Collections.ObjectModel;
using System.Management.Automation;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Commands;

/// <summary>
/// <para>Reads a LoRA configuration from a file.</para>
/// <para>Relative paths in the file are relative to its folder. A setting that does not exist, a value that does not fit or a name set twice is an error that names the line.</para>
/// </summary>
/// <example>
/// <para>Reads one configuration and trains it.</para>
/// <code>Import-LoraConfig .\dog.yaml | Start-LoraTraining</code>
/// </example>
/// <example>
/// <para>Checks all configurations of a folder.</para>
/// <code>Import-LoraConfig .\configs\*.yaml | Test-LoraConfig</code>
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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath)
        {
            foreach (var file in Resolve(path))
                Read(file);
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

    private void Read(string file)
    {
        try
        {
            WriteObject(ConfigFiles.Read(file));
        }
        catch (ConfigFormatException error)
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

    private void Refuse(Exception error, string id, ErrorCategory category, string target) => WriteError(new ErrorRecord(error, id, category, target));
}

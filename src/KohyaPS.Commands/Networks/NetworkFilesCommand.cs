using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>What the cmdlets that look at LoRA files have in common: names with and without wildcards, and one error for each file that cannot be read.</summary>
public abstract class NetworkFilesCommand : PSCmdlet
{
    /// <summary>The LoRA files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The LoRA files, their names taken as they are. Files, network objects and training results from the pipeline bind here.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "NetworkPath")]
    [AllowNull]
    [AllowEmptyString]
    public string?[]? LiteralPath { get; set; }

    /// <summary>Writes what there is to say of a file.</summary>
    private protected abstract void Process(string file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath ?? [null])
        {
            foreach (var file in Resolve(path))
                Try(file, () => Process(file));
        }
    }

    private IReadOnlyList<string> Resolve(string? path)
    {
        IReadOnlyList<string> files = [];
        Try(path, () => files = NetworkPaths.Resolve(this, path, ParameterSetName != "Path"));
        return files;
    }

    private void Try(string? target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            WriteError(NetworkPaths.ToRecord(error, target));
        }
    }
}

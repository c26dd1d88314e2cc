using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace KohyaPS.Commands;

/// <summary>What reading and testing a dataset have in common: where it lies.</summary>
public abstract class TrainingDatasetCommand : PSCmdlet, IDisposable
{
    /// <summary>Parameter set of paths with wildcards.</summary>
    protected const string PathSet = "Path";

    /// <summary>Parameter set of paths taken as they are.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Parameter set of a configuration.</summary>
    protected const string ConfigSet = "Config";

    private readonly CancellationTokenSource stop = new();

    /// <summary>The image folder, which holds the folders named repeats_name, or the folder that Invoke-FolderPreparation made around it. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The same, taken as it is: brackets, stars and question marks belong to the name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "FullName", "ImageFolder")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The folder of regularisation pictures, which holds folders named repeats_class.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("RegularisationPath", "RegularizationFolder")]
    public string? RegularizationPath { get; set; }

    /// <summary>The extension of caption files. Default: .txt or .caption, whichever lies beside more pictures.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public string? CaptionExtension { get; set; }

    /// <summary>A configuration, whose folders, captions, buckets and datasets are read.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ConfigSet)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <summary>Ends when the user stops the command.</summary>
    private protected CancellationToken Stopped => stop.Token;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var config in Configurations())
        {
            try
            {
                ProcessConfig(config.Folders.DatasetConfig is null ? config : WithDescribedDatasets(config));
            }
            catch (Exception e) when (e is DatasetException or ConfigFormatException or IOException or UnauthorizedAccessException)
            {
                WriteError(new ErrorRecord(e, "DatasetUnreadable", ErrorCategory.ReadError, config.Resolve(config.Folders.TrainDataDir)));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads or tests the datasets of one configuration.</summary>
    private protected abstract void ProcessConfig(LoraConfig config);

    private IEnumerable<LoraConfig> Configurations()
    {
        if (ParameterSetName is not (PathSet or LiteralPathSet))
            return [Config];
        var regularization = string.IsNullOrEmpty(RegularizationPath) ? null : SessionPaths.Unresolved(this, RegularizationPath);
        if (!string.IsNullOrEmpty(RegularizationPath) && regularization is null)
            return [];
        var isLiteral = ParameterSetName == LiteralPathSet;
        return SessionPaths.Existing(this, isLiteral ? LiteralPath : Path, isLiteral).Where(IsFolder).Select(folder => new LoraConfig
        {
            BaseFolder = folder,
            Folders = DatasetFolders.Of(folder, regularization),
            Captions = new() { CaptionExtension = CaptionExtension },
        });
    }

    // Apart, since the engine is loaded where it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LoraConfig WithDescribedDatasets(LoraConfig config) => Engine.Configuration.ConfigFiles.WithDatasets(config);

    private bool IsFolder(string path)
    {
        if (Directory.Exists(path))
            return true;
        WriteError(new ErrorRecord(new DatasetException($"'{path}' is a file. Give the folder that holds the folders named <repeats>_<name>."), "NotAFolder", ErrorCategory.InvalidArgument, path));
        return false;
    }
}

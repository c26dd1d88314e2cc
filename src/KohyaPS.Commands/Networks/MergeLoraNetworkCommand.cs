using System.Globalization;
using System.Management.Automation;
using System.Runtime.InteropServices;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Merges LoRAs into a checkpoint, or with each other, and saves the result as a new file.</summary>
/// <remarks>
/// <para>With -Checkpoint each network is added to the weights with its ratio, in the order given. The checkpoint is read and written tensor by tensor, so that models of any size merge in little memory; everything else that it holds is kept. It may be a file or a diffusers folder of SD 1.x, SD 2.x or SDXL, and so may the result: the name of the destination decides. LoRA, LoCon and OFT networks are merged.</para>
/// <para>Without -Checkpoint the LoRAs are merged with each other into a new one, by -Method: exactly, with the ranks adding up, or as close as a given rank allows (Svd); the other methods give the numbers of sd-scripts.</para>
/// <para>The sources are never changed, and an interrupted merge leaves no file.</para>
/// </remarks>
/// <example>
/// <code>Merge-LoraNetwork -Path .\dog.safetensors -Checkpoint .\sd15.safetensors -Ratio 0.8 -Destination .\dog-model.safetensors</code>
/// Merges one LoRA at 80 percent.
/// </example>
/// <example>
/// <code>Merge-LoraNetwork -Path .\dog.safetensors, .\style.safetensors -Ratio 0.8, 0.5 -Checkpoint .\sd15.safetensors -Destination .\both.safetensors -Precision Fp16</code>
/// Merges two LoRAs with a ratio each and saves in half precision.
/// </example>
/// <example>
/// <code>Import-LoraConfig .\dog.yaml | Start-LoraTraining | Merge-LoraNetwork -Checkpoint .\sd15.safetensors -Destination .\dog-model.safetensors</code>
/// Merges what a training made.
/// </example>
/// <example>
/// <code>Merge-LoraNetwork -Path .\dog.safetensors, .\style.safetensors -Ratio 0.8, 0.5 -Destination .\both-lora.safetensors -Method Svd -Rank 32</code>
/// Merges two LoRAs with each other into one of rank 32.
/// </example>
/// <seealso cref="GetLoraNetworkCommand"/>
/// <seealso cref="TestLoraNetworkCommand"/>
/// <seealso cref="ResizeLoraNetworkCommand"/>
[Cmdlet(VerbsData.Merge, "LoraNetwork", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(DiffusionCheckpoint), typeof(LoraNetwork))]
public sealed class MergeLoraNetworkCommand : NetworkPathCommand, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<string> files = [];

    /// <summary>The checkpoint to merge into: a file or a diffusers folder. It is only read. Default: the LoRAs are merged with each other.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Checkpoint { get; set; }

    /// <summary>How LoRAs are merged with each other. Exact puts the matrices side by side, Svd finds the best LoRA of the rank given by -Rank; Sum, Concatenate, Sum2188 and SumOldest are the rules of sd-scripts. Default Exact.</summary>
    [Parameter]
    public LoraMergeMethod Method { get; set; }

    /// <summary>Rank of the result of -Method Svd. Default 32.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int Rank { get; set; } = 32;

    /// <summary>Rank of the 3x3 convolutions in the result of -Method Svd. Default: that of the others.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? ConvRank { get; set; }

    /// <summary>Cuts the largest numbers of the factors off at this quantile, for -Method Svd; sd-scripts uses 0.99, which costs accuracy. Default: nothing is cut.</summary>
    [Parameter]
    [ValidateRange(0.5, 1.0)]
    public double? ClampQuantile { get; set; }

    /// <summary>Permutes the ranks of the merged LoRA: it does the same, and hides the order of training.</summary>
    [Parameter]
    public SwitchParameter Shuffle { get; set; }

    /// <summary>Factors on the blocks of each LoRA, as text: 12 or 20 numbers for SDXL, 17 or 26 for SD 1.x and 2.x, such as '[1,0,0.5,1,1,1,1,1,1,1,1,1]'. One list for each LoRA.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? BlockWeight { get; set; }

    /// <summary>The factor on each LoRA: one for all, or one for each in their order. Negative factors take a LoRA out. Default 1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public double[] Ratio { get; set; } = [1];

    /// <summary>What to write: a .safetensors, .ckpt or .pt file; with -Checkpoint a diffusers folder for any other name.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Number type of the saved weights. Default: that of the checkpoint, or of the arithmetic for a LoRA.</summary>
    [Parameter]
    public SavePrecision? Precision { get; set; }

    /// <summary>Number type of the arithmetic. Default Float; the others give the numbers of sd-scripts' precision option.</summary>
    [Parameter]
    public SavePrecision MergePrecision { get; set; }

    /// <summary>Leaves out the metadata about title, origin and date.</summary>
    [Parameter]
    public SwitchParameter NoMetadata { get; set; }

    /// <summary>Replaces the destination when it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var given in Given)
        {
            try
            {
                files.AddRange(Resolve(given));
            }
            catch (Exception error) when (NetworkPaths.IsExpected(error))
            {
                // A merge without one of its networks would be another merge.
                ThrowTerminatingError(NetworkPaths.ToRecord(error, given));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (files.Count == 0)
            return;
        if (Ratio.Length != 1 && Ratio.Length != files.Count)
            Refuse(new PSArgumentException($"There are {files.Count} LoRAs and {Ratio.Length} ratios. Give one ratio for all, or one for each."), "RatioCount", ErrorCategory.InvalidArgument, Ratio);
        RefuseWithoutEffect();
        if (Ratio.Any(r => !double.IsFinite(r)))
            Refuse(new PSArgumentException("A ratio is not a finite number. Give ratios such as 0.8 or -0.5."), "RatioNotFinite", ErrorCategory.InvalidArgument, Ratio);
        try
        {
            var destination = NetworkPaths.FileSystemPath(this, Destination);
            Destinations.Check(this, destination, takesFolders: Checkpoint is not null, Force);
            if (Checkpoint is not null && NetworkPaths.FileSystemPath(this, Checkpoint) is var model && !System.IO.Path.Exists(model))
                throw NetworkPaths.Missing(model);
            var ratios = string.Join(", ", files.Select((f, i) => string.Create(CultureInfo.CurrentCulture, $"{System.IO.Path.GetFileName(f)} x {RatioOf(i)}")));
            var networks = Weighted();
            if (ShouldProcess(destination, Checkpoint is null ? $"Merge {ratios} with each other" : $"Merge {ratios} into {Checkpoint}"))
                WriteObject(Checkpoint is null ? MergeTogether(destination, networks) : Merge(destination, networks));
        }
        catch (ArgumentException error) when (error is not PSArgumentException)
        {
            ThrowTerminatingError(new ErrorRecord(error, "BlockWeights", ErrorCategory.InvalidArgument, BlockWeight));
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            ThrowTerminatingError(ToRecord(error));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: the half-written file is gone, and the pipeline takes no output any more.
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    private void RefuseWithoutEffect()
    {
        string[] ofSvd = [nameof(Rank), nameof(ConvRank), nameof(ClampQuantile)];
        if (Checkpoint is not null)
            RefuseGiven([nameof(Method), .. ofSvd, nameof(Shuffle)], "with -Checkpoint");
        else if (Method == LoraMergeMethod.Svd)
            RefuseGiven([nameof(Shuffle)], "with -Method Svd");
        else
            RefuseGiven(ofSvd, "without -Method Svd");
    }

    private void RefuseGiven(string[] idle, string cause)
    {
        if (idle.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } name)
            Refuse(new PSArgumentException($"-{name} has no effect {cause}. Leave it out."), "ParameterWithoutEffect", ErrorCategory.InvalidArgument, name);
    }

    private double RatioOf(int index) => Ratio.Length == 1 ? Ratio[0] : Ratio[index];

    private WeightedNetwork[] Weighted()
    {
        var blocks = BlockWeight is null ? null : BlockFactors.Parse(BlockWeight, files.Count);
        return [.. files.Select((f, i) => new WeightedNetwork(f, RatioOf(i), blocks?[i]))];
    }

    private LoraNetwork MergeTogether(string destination, WeightedNetwork[] networks) => Reporting(destination, show => LoraMerge.Run(
        new(networks, destination)
        {
            Method = Method,
            Rank = Rank,
            ConvRank = ConvRank,
            ClampQuantile = ClampQuantile,
            Shuffles = Shuffle,
            MergePrecision = MergePrecision,
            Precision = Precision,
            OmitsMetadata = NoMetadata,
            Progress = show,
            Warning = WriteWarning,
        },
        stop.Token));

    private DiffusionCheckpoint Merge(string destination, WeightedNetwork[] networks) => Reporting(destination, show => CheckpointMerge.Run(
                new()
                {
                    Checkpoint = NetworkPaths.FileSystemPath(this, Checkpoint!),
                    Networks = networks,
                    Destination = destination,
                    MergePrecision = MergePrecision,
                    Precision = Precision,
                    OmitsMetadata = NoMetadata,
                    Progress = show,
                    Warning = WriteWarning,
                },
                stop.Token));

    private T Reporting<T>(string destination, Func<Action<int, int>, T> merge)
    {
        var progress = new CountedProgress(this, $"Merging into {System.IO.Path.GetFileName(destination)}", "tensors");
        try
        {
            return merge(progress.Show);
        }
        finally
        {
            progress.Complete();
        }
    }

    private ErrorRecord ToRecord(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(error, "CheckpointNotFound", ErrorCategory.ObjectNotFound, Checkpoint),
        CheckpointFormatException => new(error, "MergeRefused", ErrorCategory.InvalidData, Checkpoint),
        DestinationException => new(error, "DestinationNotWritable", ErrorCategory.WriteError, Destination),
        IOException or UnauthorizedAccessException => new(
            new IOException($"The merged checkpoint cannot be written: {error.Message} Free space, or give another -Destination.", error), "DestinationNotWritable", ErrorCategory.WriteError, Destination),
        TrainingException or ExternalException => NetworkPaths.ToRecord(error, null),
        _ => new(error, "MergeRefused", ErrorCategory.InvalidArgument, Checkpoint),
    };

    private void Refuse(Exception error, string id, ErrorCategory category, object target) => ThrowTerminatingError(new ErrorRecord(error, id, category, target));
}

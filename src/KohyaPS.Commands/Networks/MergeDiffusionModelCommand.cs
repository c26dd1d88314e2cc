using System.Globalization;
using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Mixes checkpoints into a new one: each weight becomes the weighted sum of those of the models.</summary>
/// <remarks>
/// <para>The first model decides which tensors the result has. Where another model lacks one, the first model's own value takes its place; what only the others have is left out, with a warning. Tensors are mixed one at a time, so that any size fits in memory.</para>
/// </remarks>
/// <example>
/// <code>Merge-DiffusionModel -Path .\a.safetensors, .\b.safetensors -Ratio 0.7, 0.3 -Destination .\mix.safetensors -Precision Fp16</code>
/// Mixes two models 70 to 30.
/// </example>
/// <example>
/// <code>Merge-DiffusionModel -Path .\a.safetensors, .\b.safetensors -UnetOnly -Destination .\mix.safetensors</code>
/// Mixes the U-Nets half and half and keeps text encoder and VAE of the first.
/// </example>
/// <seealso cref="ConvertDiffusionModelCommand"/>
[Cmdlet(VerbsData.Merge, "DiffusionModel", SupportsShouldProcess = true)]
[OutputType(typeof(DiffusionCheckpoint))]
public sealed class MergeDiffusionModelCommand : ToolCommand
{
    /// <summary>The checkpoints, two or more single files. They are only read.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The factor on each model. Default: all the same, with a sum of 1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public double[]? Ratio { get; set; }

    /// <summary>Takes everything but the U-Net from the first model.</summary>
    [Parameter]
    public SwitchParameter UnetOnly { get; set; }

    /// <summary>Number type of the saved weights. Default Fp16.</summary>
    [Parameter]
    public SavePrecision Precision { get; set; } = SavePrecision.Fp16;

    /// <summary>Number type of the arithmetic. Default Float.</summary>
    [Parameter]
    public SavePrecision MergePrecision { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Path.Length < 2)
            Refuse("One checkpoint alone cannot be mixed. Give two or more with -Path.", "TooFewModels", Path);
        double[] ratios = Ratio ?? [.. Path.Select(_ => 1.0 / Path.Length)];
        if (ratios.Length != Path.Length || ratios.Any(r => !double.IsFinite(r)))
            Refuse($"There are {Path.Length} models and {ratios.Length} ratios. Give one finite number for each.", "RatioCount", ratios);
        var action = "Mix " + string.Join(", ", Path.Select((p, i) => string.Create(CultureInfo.CurrentCulture, $"{System.IO.Path.GetFileName(p)} x {ratios[i]}")));
        Write(Path, FileEndings.All, action, destination =>
        [
            ModelMerge.Run(
                new([.. Path.Select((p, i) => (Source(p), ratios[i]))], destination)
                {
                    UnetOnly = UnetOnly, Precision = Precision, MergePrecision = MergePrecision, Progress = Show, Warning = WriteWarning,
                },
                Stop),
        ],
        Path);
    }
}

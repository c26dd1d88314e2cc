using System.Management.Automation;
using KohyaPS.Engine.Checkpoints.Saving;

namespace KohyaPS.Commands;

/// <summary>Saves a Stable Diffusion model in another layout, file format or number type.</summary>
/// <remarks>
/// <para>Models of SD 1.x, SD 2.x and SDXL are read from single files (.safetensors, .ckpt, .pt) and from diffusers folders, in shards and variants too. The name of the destination decides what is written: a file for .safetensors, .ckpt and .pt, a diffusers folder for any other name. Tensors keep their names and shapes as the layout has them.</para>
/// <para>PyTorch files are read without running anything of them; a file that names something harmful is refused. Tensors are read and written one at a time, so that any size fits in memory, and the destination appears when it is whole.</para>
/// </remarks>
/// <example>
/// <code>Convert-DiffusionModel -Path .\old.ckpt -Destination .\old.safetensors</code>
/// Turns a pickle into a file that cannot hold programs; number types stay.
/// </example>
/// <example>
/// <code>Convert-DiffusionModel -Path .\sdxl.safetensors -Destination .\sdxl-diffusers -Precision Fp16</code>
/// Writes a diffusers folder in half precision.
/// </example>
/// <example>
/// <code>Convert-DiffusionModel -Path .\sdxl-diffusers -Destination .\sdxl-again.safetensors -WhatIf</code>
/// Says what would be written.
/// </example>
/// <seealso cref="MergeDiffusionModelCommand"/>
/// <seealso cref="MergeLoraNetworkCommand"/>
[Cmdlet(VerbsData.Convert, "DiffusionModel", SupportsShouldProcess = true)]
[OutputType(typeof(DiffusionCheckpoint))]
public sealed class ConvertDiffusionModelCommand : ToolCommand
{
    /// <summary>The model: a file or a diffusers folder. It is only read.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Number type of the saved weights. Default: each keeps its own.</summary>
    [Parameter]
    public SavePrecision? Precision { get; set; }

    /// <summary>The variant of a diffusers folder to read, for instance fp16. Default: the files without a variant, else those of fp16.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9_-]+$")]
    public string? Variant { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Write(Path, [], $"Convert {Path}", destination =>
    [
        ModelConversion.Run(
            new(Source(Path), destination) { Precision = Precision, Variant = Variant, Progress = Show, Warning = WriteWarning },
            Stop),
    ],
    Path);
}

using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Makes a LoRA of the difference between two models.</summary>
/// <remarks>
/// <para>For each layer the difference of the two weights is approximated by a product of the given rank. Text encoders that did not change are left out. The models may be single files or diffusers folders of SD 1.x, SD 2.x or SDXL; only two weights at a time are in memory.</para>
/// </remarks>
/// <example>
/// <code>New-LoraNetwork -Original .\sd15.safetensors -Tuned .\anime.safetensors -Destination .\anime-lora.safetensors -Rank 64 -Precision Fp16</code>
/// Takes what a fine-tuned model learned out as a LoRA.
/// </example>
/// <example>
/// <code>New-LoraNetwork -Original .\sd15.safetensors -Tuned .\anime.safetensors -Destination .\anime-locon.safetensors -Rank 64 -ConvRank 32 -ClampQuantile 0.99</code>
/// Includes 3x3 convolutions and cuts the largest numbers off as sd-scripts does.
/// </example>
/// <seealso cref="ResizeLoraNetworkCommand"/>
/// <seealso cref="GetLoraNetworkCommand"/>
[Cmdlet(VerbsCommon.New, "LoraNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(LoraNetwork))]
public sealed class NewLoraNetworkCommand : ToolCommand
{
    /// <summary>The model that was trained from. It is only read.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Original { get; set; } = "";

    /// <summary>The trained model. It is only read.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Tuned { get; set; } = "";

    /// <summary>Rank of linear layers and 1x1 convolutions.</summary>
    [Parameter(Mandatory = true)]
    [ValidateRange(1, 4096)]
    public int Rank { get; set; }

    /// <summary>Rank of 3x3 convolutions. Default: they are left out.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? ConvRank { get; set; }

    /// <summary>Cuts the largest numbers of the factors off at this quantile; sd-scripts uses 0.99, which costs accuracy. Default: nothing is cut.</summary>
    [Parameter]
    [ValidateRange(0.5, 1.0)]
    public double? ClampQuantile { get; set; }

    /// <summary>A text encoder none of whose numbers differs by more than this is left out. Default 0.01.</summary>
    [Parameter]
    public double MinimumDifference { get; set; } = 0.01;

    /// <summary>What the models predict. Default: what the original says, and v for SD 2.x where it says nothing.</summary>
    [Parameter]
    public ModelPrediction? Prediction { get; set; }

    /// <summary>Number type of the saved tensors. Default Float.</summary>
    [Parameter]
    public SavePrecision Precision { get; set; }

    /// <summary>Leaves out the metadata about title, kind and date.</summary>
    [Parameter]
    public SwitchParameter NoMetadata { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Write(Tuned, FileEndings.All, $"Extract a LoRA of rank {Rank} from {Tuned} and {Original}", destination =>
    [
        LoraExtraction.Run(
            new(Source(Original), Source(Tuned), destination, Rank)
            {
                ConvRank = ConvRank,
                ClampQuantile = ClampQuantile,
                MinimumDifference = MinimumDifference,
                Prediction = Prediction,
                Precision = Precision,
                OmitsMetadata = NoMetadata,
                Progress = Show,
                Warning = WriteWarning,
            },
            Stop),
    ],
    Original, Tuned);
}

using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Writes a LoRA under the names of another program: kohya's, or those of diffusers and PEFT.</summary>
/// <remarks>
/// <para>Files of kohya, of PEFT and of older diffusers are read, SDXL layers under either of their names. Files of diffusers carry no alpha: the scale becomes part of the numbers, so that the network does the same.</para>
/// </remarks>
/// <example>
/// <code>Convert-LoraNetwork -Path .\dog.safetensors -Destination .\pytorch_lora_weights.safetensors -To Diffusers</code>
/// Makes a file that diffusers loads.
/// </example>
/// <example>
/// <code>Convert-LoraNetwork -Path .\pytorch_lora_weights.safetensors -Destination .\dog.safetensors -To Kohya -Precision Fp16</code>
/// Makes a file for web interfaces and for training on.
/// </example>
/// <seealso cref="GetLoraNetworkCommand"/>
[Cmdlet(VerbsData.Convert, "LoraNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(LoraNetwork))]
public sealed class ConvertLoraNetworkCommand : ToolCommand
{
    /// <summary>The LoRA file. It is only read.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "NetworkPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Whose names the new file has.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public LoraSpelling To { get; set; }

    /// <summary>Number type of the saved tensors. Default: they keep theirs.</summary>
    [Parameter]
    public SavePrecision? Precision { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        Write(Path, FileEndings.All, $"Convert {Path} to the names of {To}", destination => [LoraConversion.Run(Source(Path), destination, To, Precision)], Path);
}

using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Makes a LoRA smaller by keeping the strongest directions of each module.</summary>
/// <remarks>
/// <para>Each module is replaced by the best approximation of a lower rank, by singular values. With a method the rank of each module follows from its own values, up to -Rank; the ranks come out as in kohya's sd-scripts. Everything else in the file is kept. Files of kohya, PEFT and ControlLoRA are resized.</para>
/// </remarks>
/// <example>
/// <code>Resize-LoraNetwork -Path .\dog.safetensors -Destination .\dog-16.safetensors -Rank 16 -Precision Fp16</code>
/// Reduces all modules to rank 16.
/// </example>
/// <example>
/// <code>Resize-LoraNetwork -Path .\dog.safetensors -Destination .\dog-small.safetensors -Rank 32 -Method Frobenius -Parameter 0.9 | Select-Object -ExpandProperty Modules</code>
/// Keeps 90 percent of each module's norm and shows what became of each.
/// </example>
/// <seealso cref="GetLoraNetworkCommand"/>
/// <seealso cref="MergeLoraNetworkCommand"/>
[Cmdlet(VerbsCommon.Resize, "LoraNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(ResizedNetwork))]
public sealed class ResizeLoraNetworkCommand : ToolCommand
{
    /// <summary>The LoRA file. It is only read.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "NetworkPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Rank of linear layers; the largest one where a method chooses.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateRange(1, 4096)]
    public int Rank { get; set; }

    /// <summary>Rank of convolutions. Default: that of linear layers.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? ConvRank { get; set; }

    /// <summary>How the rank of each module is chosen: Fixed, or by Ratio (values above the largest divided by the parameter), Frobenius or Cumulative (the parameter's share of norm or sum). Default Fixed.</summary>
    [Parameter]
    public RankMethod Method { get; set; }

    /// <summary>The method's parameter: at least 2 for Ratio, between 0 and 1 for the others. Default 0.9.</summary>
    [Parameter]
    public double Parameter { get; set; } = 0.9;

    /// <summary>Number type of the saved tensors. Default Float.</summary>
    [Parameter]
    public SavePrecision Precision { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Method == RankMethod.Fixed && MyInvocation.BoundParameters.ContainsKey(nameof(Parameter)))
            Refuse("-Parameter has no effect with -Method Fixed. Leave it out, or give the -Method that it is for.", "ParameterWithoutEffect", Parameter);
        if (Method == RankMethod.Ratio && !(Parameter >= 2))
            Refuse("-Parameter is the largest singular value divided by the smallest kept one: give 2 or more with -Method Ratio.", "ParameterRange", Parameter);
        if (Method is RankMethod.Frobenius or RankMethod.Cumulative && !(Parameter is > 0 and <= 1))
            Refuse($"-Parameter is a share: give a number between 0 and 1 with -Method {Method}.", "ParameterRange", Parameter);
        Write(Path, FileEndings.All, $"Resize {Path} to rank {Rank}", destination =>
        [
            LoraResize.Run(
                new(Source(Path), destination, Rank) { ConvRank = ConvRank, Method = Method, Parameter = Parameter, Precision = Precision, Progress = Show },
                Stop),
        ],
        Path);
    }
}

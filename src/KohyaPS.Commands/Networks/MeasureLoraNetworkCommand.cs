using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Measures the numbers in LoRA files: how large each matrix is on average, and its smallest magnitude.</summary>
/// <remarks>
/// <para>An up matrix of zeros was never trained; NaN means that the training diverged. For a judgement of the whole file see <see cref="TestLoraNetworkCommand"/>.</para>
/// </remarks>
/// <example>
/// <code>Measure-LoraNetwork -Path .\dog.safetensors | Sort-Object -Property Mean -Descending | Select-Object -First 10</code>
/// Shows the ten largest matrices.
/// </example>
/// <example>
/// <code>Measure-LoraNetwork -Path .\loras\*.safetensors | Where-Object { [double]::IsNaN($_.Mean) }</code>
/// Finds the matrices of a folder that have lost their numbers.
/// </example>
/// <seealso cref="TestLoraNetworkCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "LoraNetwork", DefaultParameterSetName = "Path")]
[OutputType(typeof(TensorStatistic))]
public sealed class MeasureLoraNetworkCommand : PSCmdlet
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

    /// <summary>Also measures alphas and whatever else is in the file.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath ?? [null])
        {
            try
            {
                foreach (var file in NetworkPaths.Resolve(this, path, ParameterSetName != "Path"))
                    WriteObject(NetworkStatistics.Of(file, All), enumerateCollection: true);
            }
            catch (Exception error) when (NetworkPaths.IsExpected(error))
            {
                WriteError(NetworkPaths.ToRecord(error, path));
            }
        }
    }
}

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
public sealed class MeasureLoraNetworkCommand : NetworkFilesCommand
{
    /// <summary>Also measures alphas and whatever else is in the file.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    private protected override void Process(string file) => WriteObject(NetworkStatistics.Of(file, All), enumerateCollection: true);
}

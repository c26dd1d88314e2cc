using System.Management.Automation;
using KohyaPS.Networks;

namespace KohyaPS.Commands;

/// <summary>Shows what LoRA files hold: model family, algorithm, rank, alpha, adapted layers and training settings.</summary>
/// <remarks>
/// <para>The tensors decide what is shown; the names in a file's metadata are often wrong. Files of kohya's sd-scripts, LyCORIS, diffusers and PEFT are recognised. Nothing is loaded into a model, and no file stays open.</para>
/// </remarks>
/// <example>
/// <code>Get-LoraNetwork -Path .\dog.safetensors</code>
/// Shows one file.
/// </example>
/// <example>
/// <code>Get-ChildItem .\loras\*.safetensors | Get-LoraNetwork | Sort-Object -Property Dim</code>
/// Reads all LoRAs of a folder, smallest rank first.
/// </example>
/// <example>
/// <code>(Get-LoraNetwork -Path .\dog.safetensors).Metadata['ss_learning_rate']</code>
/// Shows one setting of the training that made the file.
/// </example>
/// <seealso cref="TestLoraNetworkCommand"/>
/// <seealso cref="MergeLoraNetworkCommand"/>
[Cmdlet(VerbsCommon.Get, "LoraNetwork", DefaultParameterSetName = "Path")]
[OutputType(typeof(LoraNetwork))]
public sealed class GetLoraNetworkCommand : NetworkFilesCommand
{
    /// <inheritdoc/>
    private protected override void Process(string file) => WriteObject(LoraNetworkReader.Read(file));
}

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
public sealed class GetLoraNetworkCommand : PSCmdlet
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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == "Path" ? Path : LiteralPath ?? [null])
        {
            try
            {
                foreach (var file in NetworkPaths.Resolve(this, path, ParameterSetName != "Path"))
                    Read(file);
            }
            catch (Exception error) when (NetworkPaths.IsExpected(error))
            {
                WriteError(NetworkPaths.ToRecord(error, path));
            }
        }
    }

    private void Read(string file)
    {
        LoraNetwork network;
        try
        {
            network = LoraNetworkReader.Read(file);
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            WriteError(NetworkPaths.ToRecord(error, file));
            return;
        }
        WriteObject(network);
    }
}

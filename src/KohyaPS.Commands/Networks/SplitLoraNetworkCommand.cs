using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Cuts a DyLoRA into networks of the ranks that it was trained for.</summary>
/// <remarks>
/// <para>One file is written for each rank from -Unit upwards, below the whole one, with the rank in its name. Alpha stays as it is, since each rank was trained with a scale of its own.</para>
/// </remarks>
/// <example>
/// <code>Split-LoraNetwork -Path .\dylora.safetensors -Destination .\dog.safetensors -Unit 4</code>
/// Writes dog-0004.safetensors, dog-0008.safetensors and so on.
/// </example>
/// <example>
/// <code>Split-LoraNetwork -Path .\dylora.safetensors -Destination .\dog.safetensors -Unit 8 -WhatIf</code>
/// Says what would be written.
/// </example>
/// <seealso cref="ResizeLoraNetworkCommand"/>
[Cmdlet(VerbsCommon.Split, "LoraNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(LoraNetwork))]
public sealed class SplitLoraNetworkCommand : ToolCommand
{
    /// <summary>The DyLoRA. It is only read.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "NetworkPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Step from one rank to the next: the unit of the training.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateRange(1, 4096)]
    public int Unit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Write(Path, FileEndings.All, $"Split {Path} in steps of {Unit}", destination =>
    {
        var source = Source(Path);
        if (!Force)
        {
            foreach (var rank in DyLoraSplit.Ranks(source, Unit))
                Destinations.RequireFree(this, DyLoraSplit.NameOf(destination, rank));
        }
        return DyLoraSplit.Run(source, destination, Unit, Stop);
    },
    Path);
}

using System.Management.Automation;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Commands;

/// <summary>Finds the words that a LoRA was trained on, by how much it changes what the text encoder makes of each token.</summary>
/// <remarks>
/// <para>Every token of the vocabulary is encoded alone, without and with the LoRA; those whose states change most come first. Needs a LoRA that was trained with its text encoder, and the checkpoint that it belongs to. Takes a few minutes for all 49408 tokens.</para>
/// </remarks>
/// <example>
/// <code>Measure-LoraToken -Path .\dog.safetensors -Checkpoint .\sd15.safetensors</code>
/// Shows the 100 tokens that mean something else with the LoRA.
/// </example>
/// <example>
/// <code>Measure-LoraToken -Path .\dog.safetensors -Checkpoint .\sd15.safetensors -ClipSkip 2 -First 10</code>
/// Looks at the states that a model with clip skip 2 sees.
/// </example>
/// <seealso cref="GetLoraNetworkCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "LoraToken")]
[OutputType(typeof(TokenEffect))]
public sealed class MeasureLoraTokenCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>The LoRA file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "NetworkPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The model that it belongs to: a file or a diffusers folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Checkpoint { get; set; } = "";

    /// <summary>1 takes the text encoder's last layer, 2 the one before it. Default 1.</summary>
    [Parameter]
    [ValidateRange(1, 12)]
    public int ClipSkip { get; set; } = 1;

    /// <summary>How many tokens are shown. Default 100.</summary>
    [Parameter]
    [ValidateRange(1, 49408)]
    public int First { get; set; } = 100;

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var progress = new CountedProgress(this, "Asking the text encoder", "tokens");
        try
        {
            var effects = TokenEffects.Of(NetworkPaths.FileSystemPath(this, Path), NetworkPaths.FileSystemPath(this, Checkpoint), ClipSkip, progress.Show, stop.Token);
            WriteObject(effects.OrderByDescending(e => e.Difference).Take(First), enumerateCollection: true);
        }
        catch (Exception error) when (NetworkPaths.IsExpected(error))
        {
            WriteError(NetworkPaths.ToRecord(error, Path));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: nobody takes output any more.
        }
        finally
        {
            progress.Complete();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();
}

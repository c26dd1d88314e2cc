using System.Management.Automation;
using System.Runtime.InteropServices;
using KohyaPS.Engine.Sampling;

namespace KohyaPS.Commands;

/// <summary>Draws pictures with a Stable Diffusion model, with or without a LoRA, to see what it learned.</summary>
/// <remarks>
/// <para>The sampler is DDIM with classifier-free guidance. Each prompt starts from its own seed: the first from -Seed, the next from the
/// seed after it. The first noise is drawn on the CPU, so that a seed gives the same picture on every machine, up to rounding.</para>
/// <para>With -IncludeBase every prompt is drawn without the LoRA as well, and -Grid puts both rows on one sheet.</para>
/// </remarks>
/// <example>
///   <code>New-DiffusionImage -Model .\sd15.safetensors -Lora .\dog.safetensors -Prompt 'shs dog on a beach' -Destination .\samples</code>
///   <para>Draws one picture with a LoRA.</para>
/// </example>
/// <example>
///   <code>Get-Content .\prompts.txt | New-DiffusionImage -Model .\sd15.safetensors -Lora .\dog.safetensors -IncludeBase -Destination .\samples -Grid .\before-after.png</code>
///   <para>Compares the model before and after, prompt by prompt.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "DiffusionImage", SupportsShouldProcess = true)]
[OutputType(typeof(DiffusionImage))]
public sealed class NewDiffusionImageCommand : PSCmdlet, IDisposable
{
    private const int MaxSide = 4096;
    private readonly CancellationTokenSource stop = new();
    private readonly List<string> prompts = [];

    /// <summary>The base model: a .safetensors file or a diffusers folder.</summary>
    [Parameter(Mandatory = true)]
    [Alias("Checkpoint", "PretrainedModelNameOrPath")]
    public string Model { get; set; } = "";

    /// <summary>The LoRA file to draw with.</summary>
    [Parameter]
    [Alias("NetworkPath")]
    public string? Lora { get; set; }

    /// <summary>Strength of the LoRA; 1 is the strength it was trained at.</summary>
    [Parameter]
    [ValidateRange(-10.0, 10.0)]
    public double Ratio { get; set; } = 1;

    /// <summary>What to draw; one picture for each.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string[] Prompt { get; set; } = [];

    /// <summary>What not to draw.</summary>
    [Parameter]
    public string NegativePrompt { get; set; } = "";

    /// <summary>Folder for the pictures; created when it is missing.</summary>
    [Parameter(Mandatory = true)]
    [Alias("OutputFolder")]
    public string Destination { get; set; } = "";

    /// <summary>A PNG file that gets all pictures on one sheet.</summary>
    [Parameter]
    public string? Grid { get; set; }

    /// <summary>Draws each prompt without the LoRA too.</summary>
    [Parameter]
    public SwitchParameter IncludeBase { get; set; }

    /// <summary>Seed of the first picture.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue / 2)]
    public long Seed { get; set; } = 1;

    /// <summary>Denoising steps; 20 to 50 are usual.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Steps { get; set; } = 30;

    /// <summary>How strongly the prompt guides; 1 is no guidance.</summary>
    [Parameter]
    [ValidateRange(1.0, 100.0)]
    public double GuidanceScale { get; set; } = 7.5;

    /// <summary>Width in pixels; rounded down to a multiple of 8.</summary>
    [Parameter]
    [ValidateRange(64, MaxSide)]
    public int Width { get; set; } = 512;

    /// <summary>Height in pixels; rounded down to a multiple of 8.</summary>
    [Parameter]
    [ValidateRange(64, MaxSide)]
    public int Height { get; set; } = 512;

    /// <summary>Which of the text encoder's last layers is used; 1 is the last.</summary>
    [Parameter]
    [ValidateRange(1, 12)]
    public int ClipSkip { get; set; } = 1;

    /// <summary>Replaces pictures and a grid that exist.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => prompts.AddRange(Prompt);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var folder = GetUnresolvedProviderPathFromPSPath(Destination);
        var grid = Grid is null ? null : GetUnresolvedProviderPathFromPSPath(Grid);
        if (IncludeBase && Lora is null)
            Refuse(new PSArgumentException("-IncludeBase draws without the LoRA too, and there is none. Name one with -Lora, or leave -IncludeBase out."), "BaseWithoutLora", ErrorCategory.InvalidArgument, Model);
        if (!Force && Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.png").Any())
            Refuse(new IOException($"'{folder}' holds pictures already. Choose another -Destination, or replace them with -Force."), "ImagesExist", ErrorCategory.ResourceExists, folder);
        if (!Force && Path.Exists(grid))
            Refuse(new IOException($"'{grid}' exists. Choose another -Grid, or replace it with -Force."), "ImagesExist", ErrorCategory.ResourceExists, grid);
        if (!ShouldProcess(folder, $"Draw {prompts.Count} pictures{(grid is null ? "" : $", and all of them into '{grid}'")}"))
            return;
        var request = new GenerationRequest(GetUnresolvedProviderPathFromPSPath(Model), prompts)
        {
            Lora = Lora is null ? null : GetUnresolvedProviderPathFromPSPath(Lora),
            Multiplier = Ratio,
            NegativePrompt = NegativePrompt,
            Seed = Seed,
            Steps = Steps,
            GuidanceScale = GuidanceScale,
            Width = Width / 8 * 8,
            Height = Height / 8 * 8,
            ClipSkip = ClipSkip,
        };
        try
        {
            ImageDrawing.Draw(request, IncludeBase, folder, grid, image => WriteObject(image), stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what was drawn is there.
        }
        catch (Exception e) when (e is TrainingException or ExternalException)
        {
            ThrowTerminatingError(NetworkPaths.ToRecord(e, Model));
        }
        catch (Exception e) when (e is CheckpointFormatException or IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            Refuse(e, "ImagesNotDrawn", e is FileNotFoundException ? ErrorCategory.ObjectNotFound : ErrorCategory.InvalidData, Model);
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private void Refuse(Exception error, string id, ErrorCategory category, object target) => ThrowTerminatingError(new ErrorRecord(error, id, category, target));
}

using System.Management.Automation;
using KohyaPS.Engine.Training;

namespace KohyaPS.Commands;

/// <summary>Trains a LoRA as a configuration says and returns how it ended.</summary>
/// <remarks>
/// <para>Pictures and captions are read anew from the folders that the configuration names. The training runs on a thread of its own; the
/// prompt shows loss, speed, remaining time and memory.</para>
/// <para>Ctrl+C ends the running step, saves a state and returns; a second Ctrl+C leaves at once, without saving. Continue with -Resume:
/// a resumed training gives the same bits as one that was never interrupted.</para>
/// <para>With -WhatIf nothing is loaded or written: the plan comes out instead, the same object as that of Measure-LoraTraining. With -Resume it
/// tells where the state stands, and what is wrong with it.</para>
/// <para>The command never ends the session. A script passes the outcome on by 'exit $result.ExitCode': 0 done, 1 failed, 2 invalid
/// configuration or dataset, 3 out of memory, 4 stopped and resumable, 5 diverged, 6 environment.</para>
/// </remarks>
/// <example>
///   <code>New-LoraConfig -PretrainedModelNameOrPath .\sd15.safetensors -TrainDataDir .\train\img -OutputDir .\out -OutputName dog | Start-LoraTraining</code>
///   <para>Trains with the defaults and returns a TrainingResult with the path of the LoRA.</para>
/// </example>
/// <example>
///   <code>Import-LoraConfig .\dog.yaml | Start-LoraTraining -WhatIf</code>
///   <para>Shows what the training would do, without loading a model.</para>
/// </example>
/// <example>
///   <code>Start-LoraTraining -Resume .\out\dog-step00000500-state</code>
///   <para>Continues a saved training with the configuration that the state holds.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "LoraTraining", SupportsShouldProcess = true, DefaultParameterSetName = ResumeSet)]
[OutputType(typeof(TrainingResult), typeof(TrainingPlan))]
public sealed class StartLoraTrainingCommand : PSCmdlet, IDisposable
{
    private const string ConfigSet = "Config";
    private const string ResumeSet = "Resume";
    private const string StateSet = "State";
    private readonly TrainingHost host = new();

    /// <summary>The configuration, from New-LoraConfig or Import-LoraConfig.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ConfigSet)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <summary>The state to continue: a folder, or an object of Get-TrainingState. Without -Config the configuration is the one that the state holds.</summary>
    [Parameter(ParameterSetName = ConfigSet)]
    [Parameter(Mandatory = true, ParameterSetName = ResumeSet)]
    [ArgumentCompleter(typeof(TrainingStateCompleter))]
    public TrainingStateReference? Resume { get; set; }

    /// <summary>The state to continue, from Get-TrainingState, with the configuration that it holds.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = StateSet)]
    public TrainingState State { get; set; } = null!;

    /// <summary>Obeys an explicit half precision even where the device computes it slowly.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var resume = ParameterSetName == StateSet ? State.Path : Resume is null ? null : GetUnresolvedProviderPathFromPSPath(Resume.Path);
            var config = ParameterSetName != ConfigSet ? LoraTrainer.ReadConfig(resume!) : Config;
            var request = new TrainingRequest(config) { ResumeFrom = resume, ObeysSlowPrecision = Force };
            if (!ShouldProcess($"Train '{config.Name}' into '{config.Resolve(config.Folders.OutputDir)}'", $"Train '{config.Name}'?", "Start-LoraTraining", out var reason))
            {
                if (reason == ShouldProcessReason.WhatIf)
                    WriteObject(LoraTrainer.Plan(request));
                return;
            }
            var result = host.Run(request, this);
            if (result is not null)
                Finish(result);
        }
        catch (TrainingException e)
        {
            WriteError(ErrorOf(e.ExitCode, e.Message, e, Config));
        }
        catch (Exception e) when (e is ConfigFormatException or IOException or UnauthorizedAccessException or SessionStateException)
        {
            // The state's folder: on no drive, not for this account, or with a configuration that this version does not read.
            WriteError(ErrorOf(TrainingExitCode.Invalid, $"{e.Message} Choose a state that Get-TrainingState lists.", e, (object?)Resume ?? State));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => host.Stop();

    /// <inheritdoc/>
    public void Dispose() => host.Dispose();

    // The result comes out even when the training failed, so that a script can read its exit code; the error says so as well.
    private void Finish(TrainingResult result)
    {
        WriteObject(result);
        if (result.ExitCode is not (TrainingExitCode.Done or TrainingExitCode.Stopped))
            WriteError(ErrorOf(result.ExitCode, result.Message ?? result.ExitCode.ToString(), new TrainingException(result.ExitCode, result.Message ?? result.ExitCode.ToString()), result));
    }

    private static ErrorRecord ErrorOf(TrainingExitCode code, string message, Exception cause, object? target)
    {
        var (id, category) = code switch
        {
            TrainingExitCode.Invalid => ("TrainingInvalid", ErrorCategory.InvalidData),
            TrainingExitCode.OutOfMemory => ("TrainingOutOfMemory", ErrorCategory.ResourceUnavailable),
            TrainingExitCode.Diverged => ("TrainingDiverged", ErrorCategory.InvalidResult),
            TrainingExitCode.Environment => ("TrainingEnvironment", ErrorCategory.ResourceUnavailable),
            _ => ("TrainingFailed", ErrorCategory.OperationStopped),
        };
        return new ErrorRecord(cause, id, category, target) { ErrorDetails = new ErrorDetails(message) };
    }
}

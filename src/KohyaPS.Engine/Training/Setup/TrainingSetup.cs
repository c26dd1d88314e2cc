using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Engine.Training.Objectives;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Schedules;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The parts of a training loop, put together from a configuration. The one place that knows both.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private readonly NoiseSchedule noiseSchedule;
    private readonly Device device;

    /// <param name="config">The configuration.</param>
    /// <param name="models">The loaded models.</param>
    /// <param name="length">Steps, epochs and warm-up.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="device">Where the models are.</param>
    /// <param name="draws">Random numbers; null draws them from the seed.</param>
    /// <param name="warn">Told what the user should know.</param>
    /// <param name="computeType">In which type the models compute.</param>
    public TrainingSetup(LoraConfig config, LoadedModels models, TrainingLength length, long seed, Device device, IDraws? draws = null, Action<string>? warn = null, ScalarType computeType = ScalarType.Float32)
    {
        Models = models;
        this.device = device;
        Draws = draws ?? new SeededDraws(seed);
        var plan = NetworkChoice.Plan(config, models.Targets());
        TrainsTextEncoder = plan.Adapters.Any(a => a.Target.Part != NetworkPart.Unet);
        Network = NetworkChoice.Attach(plan, config, seed, device, warn ?? (_ => { }));
        try
        {
            Optimizer = OptimizerChoice.Create(config, Network.Groups);
            Schedule = ScheduleChoice.Create(config, length, Network.Groups.Count);
            // So that an optimizer that begins without momentum has a place for a restored one.
            if (Schedule.Momentum(0) is { } momentum)
                Optimizer.SetMomentum(momentum);
            noiseSchedule = new NoiseSchedule(config.Noise.ZeroTerminalSnr, device);
        }
        catch
        {
            Dispose();
            throw;
        }
        var objective = ObjectiveComposition.Objective(config.Objective, ObjectiveComposition.Prediction(config.Model), noiseSchedule, config.Runtime.Compatibility);
        Step = new TrainingStep(models.Unet, Network, models.TextEncoders, noiseSchedule, ObjectiveComposition.Noise(config.Noise), objective, Draws,
            new StepOptions(models.ScalingFactor, config.Training.ClipSkip ?? 1, models.EndToken, TrainsTextEncoder));
        LoopOptions = new LoopOptions(config.Training.GradientAccumulationSteps, config.Optimizer.MaxGradNorm, config.Network.ScaleWeightNorms is > 0 and var limit ? limit : null,
            ScalesLoss: computeType == float16 || config.Runtime.FullFp16);
        models.Unet.Options.AttentionKernel = AttentionChoice.Make(config.Runtime).Kernel;
    }

    /// <summary>The frozen models.</summary>
    public LoadedModels Models { get; }

    /// <summary>Where random numbers come from.</summary>
    public IDraws Draws { get; }

    /// <summary>What is trained.</summary>
    public AttachedNetwork Network { get; }

    /// <summary>How it is updated.</summary>
    public FlatOptimizer Optimizer { get; }

    /// <summary>The learning rates by step.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>From micro-batch to loss.</summary>
    public TrainingStep Step { get; }

    /// <summary>Accumulation and clipping.</summary>
    public LoopOptions LoopOptions { get; }

    /// <summary>Whether the text encoder has adapters.</summary>
    public bool TrainsTextEncoder { get; }

    /// <summary>The loop over a source of batches.</summary>
    public TrainingLoop Loop(IBatchSource batches) => new(Step, new DeviceBatches(batches, device), Network, Optimizer, Schedule, LoopOptions);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The optimizer and what follows are not there when the configuration has none.
        Optimizer?.Dispose();
        Network.Dispose();
        noiseSchedule?.Dispose();
    }
}

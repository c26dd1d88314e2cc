namespace KohyaPS;

/// <summary>Something a running training reports: to the prompt, to the log, to TensorBoard.</summary>
/// <param name="Time">When it happened.</param>
public abstract record TrainingEvent(DateTimeOffset Time);

/// <summary>A phase before the first step moved on: loading, caching latents, caching text states.</summary>
/// <param name="Time">When.</param>
/// <param name="Phase">What is being prepared, for a person.</param>
/// <param name="Done">Items done.</param>
/// <param name="Total">Items in all; 0 where unknown.</param>
public sealed record PreparationProgress(DateTimeOffset Time, string Phase, int Done, int Total) : TrainingEvent(Time);

/// <summary>The first step is about to run.</summary>
/// <param name="Time">When.</param>
/// <param name="Plan">What the training is going to do.</param>
/// <param name="RunId">The number by which other sessions name this training.</param>
/// <param name="FirstStep">Updates already done by the state that is resumed; 0 for a new training.</param>
/// <param name="Runtime">Device, compute type, threads and attention, for the log.</param>
public sealed record TrainingStarted(DateTimeOffset Time, TrainingPlan Plan, string RunId, int FirstStep, string Runtime) : TrainingEvent(Time);

/// <summary>One optimizer update is done.</summary>
/// <param name="Time">When.</param>
/// <param name="Step">Updates done, 1 after the first.</param>
/// <param name="Epoch">The running epoch, from 1.</param>
/// <param name="Loss">Loss of the last micro-batch, not divided by the accumulation.</param>
/// <param name="AverageLoss">Mean of the most recent loss at each position of the epoch.</param>
/// <param name="GradientNorm">L2 norm over all parameters before clipping.</param>
/// <param name="LearningRates">The rate that the schedule gave to each parameter group in this step, by the group's name.</param>
/// <param name="StepSeconds">Duration of this step.</param>
/// <param name="RemainingSeconds">Expected time to the end of the training.</param>
/// <param name="MemoryBytes">Memory of the process now.</param>
/// <param name="EffectiveRates">The step sizes that optimizers which find their own made of these rates (d · lr); null for others.</param>
/// <param name="AdapterNorms">What ScaleWeightNorms found and did; null without it.</param>
public sealed record StepDone(
    DateTimeOffset Time,
    int Step,
    int Epoch,
    double Loss,
    double AverageLoss,
    double GradientNorm,
    IReadOnlyDictionary<string, double> LearningRates,
    double StepSeconds,
    double RemainingSeconds,
    long MemoryBytes,
    IReadOnlyDictionary<string, double>? EffectiveRates = null,
    AdapterNorms? AdapterNorms = null) : TrainingEvent(Time);

/// <summary>An epoch is done.</summary>
/// <param name="Time">When.</param>
/// <param name="Epoch">Which, from 1.</param>
/// <param name="Step">Updates done.</param>
/// <param name="AverageLoss">Mean of the most recent loss at each position of the epoch.</param>
public sealed record EpochDone(DateTimeOffset Time, int Epoch, int Step, double AverageLoss) : TrainingEvent(Time);

/// <summary>A network file was written.</summary>
/// <param name="Time">When.</param>
/// <param name="Path">The file.</param>
/// <param name="Step">Updates done.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="IsFinal">True for the file at the end of the training.</param>
public sealed record NetworkSaved(DateTimeOffset Time, string Path, int Step, int Epoch, bool IsFinal) : TrainingEvent(Time);

/// <summary>A state was written.</summary>
/// <param name="Time">When.</param>
/// <param name="State">The state, ready for -Resume.</param>
public sealed record StateSaved(DateTimeOffset Time, TrainingState State) : TrainingEvent(Time);

/// <summary>Old files were removed as the retention settings ask.</summary>
/// <param name="Time">When.</param>
/// <param name="Path">The file or folder.</param>
public sealed record RetentionRemoved(DateTimeOffset Time, string Path) : TrainingEvent(Time);

/// <summary>Something the user should act on; the training goes on.</summary>
/// <param name="Time">When.</param>
/// <param name="Message">What, why and what to do.</param>
public sealed record TrainingWarning(DateTimeOffset Time, string Message) : TrainingEvent(Time);

/// <summary>The training has ended, one way or another.</summary>
/// <param name="Time">When.</param>
/// <param name="Result">How.</param>
public sealed record TrainingEnded(DateTimeOffset Time, TrainingResult Result) : TrainingEvent(Time);

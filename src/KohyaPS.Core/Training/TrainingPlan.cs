namespace KohyaPS;

/// <summary>
/// What a training is going to do, known before any model is loaded: the object of <c>Measure-LoraTraining</c> and
/// <c>Start-LoraTraining -WhatIf</c>.
/// </summary>
public sealed record TrainingPlan
{
    /// <summary>The training's name: the output name of its configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The base model's file or folder.</summary>
    public required string BaseModel { get; init; }

    /// <summary>Training pictures, repeats not counted.</summary>
    public required int Images { get; init; }

    /// <summary>Training pictures with their repeats.</summary>
    public required int RepeatedImages { get; init; }

    /// <summary>Regularisation pictures that are used, with their repeats.</summary>
    public required int RegularizationImages { get; init; }

    /// <summary>Micro-batches in an epoch: each bucket's pictures divided by the batch size, rounded up.</summary>
    public required int BatchesPerEpoch { get; init; }

    /// <summary>Optimizer updates in an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Epochs begun in all; the last may be cut by <see cref="TotalSteps"/>.</summary>
    public required int Epochs { get; init; }

    /// <summary>Optimizer updates of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Updates during which the learning rate rises.</summary>
    public required int WarmupSteps { get; init; }

    /// <summary>The step count written out, number by number.</summary>
    public required string StepEquation { get; init; }

    /// <summary>The buckets in use.</summary>
    public required IReadOnlyList<PlannedBucket> Buckets { get; init; }

    /// <summary>Everything wrong or doubtful about configuration and dataset, found together.</summary>
    public required IReadOnlyList<ConfigProblem> Problems { get; init; }

    /// <summary>The base model's generation, found out from its files; null where the model cannot be read.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Whether the insides of blocks are computed again for the backward pass, by choice or for the memory limit.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>How the frozen model lies in memory, by choice or for the memory limit.</summary>
    public BaseStorage BaseStorage { get; init; }

    /// <summary>Expected memory, in bytes.</summary>
    public required MemoryForecast Memory { get; init; }

    /// <summary>The files and folders that will be written, in the order of writing.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>The network file that the end of the training will write; null when no output folder is named.</summary>
    public string? NetworkPath { get; init; }

    /// <summary>Updates that were done before: the step of the state that is resumed, or the chosen first step; 0 for a new training.</summary>
    public int FirstStep { get; init; }

    /// <summary>True when nothing forbids the training.</summary>
    public bool CanStart => Problems.All(p => p.IsWarning);

    /// <summary>The plan as one page of text.</summary>
    public string Describe() => PlanText.Of(this);
}

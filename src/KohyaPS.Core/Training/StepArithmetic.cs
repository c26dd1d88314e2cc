using System.Globalization;

namespace KohyaPS;

/// <summary>
/// The arithmetic of steps: how many there are, and what is counted in them. A step is one update of the weights; a batch is one forward pass,
/// and <c>GradientAccumulationSteps</c> batches make a step.
/// </summary>
public static class StepArithmetic
{
    /// <summary>The length of a training.</summary>
    /// <param name="config">Batch size, accumulation, epochs, steps and the lengths that depend on them.</param>
    /// <param name="presentations">Training pictures times their repeats, without regularisation pictures.</param>
    /// <param name="batchesPerEpoch">Batches over all buckets and datasets, regularisation pictures included.</param>
    /// <param name="hasRegularization">Whether regularisation pictures are trained, as many as there are presentations.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing to train, or a setting that counts is below 1.</exception>
    public static TrainingLength Compute(LoraConfig config, long presentations, int batchesPerEpoch, bool hasRegularization)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(presentations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchesPerEpoch, 1);
        var training = config.Training;
        ArgumentOutOfRangeException.ThrowIfLessThan(training.GradientAccumulationSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(training.TrainBatchSize, 1);

        var stepsPerEpoch = CeilingDivide(batchesPerEpoch, training.GradientAccumulationSteps);
        var (totalSteps, limit, equation) = Total(config, presentations, batchesPerEpoch, stepsPerEpoch, hasRegularization);
        var epochs = CeilingDivide(totalSteps, stepsPerEpoch);
        return new TrainingLength
        {
            BatchesPerEpoch = batchesPerEpoch,
            StepsPerEpoch = stepsPerEpoch,
            TotalSteps = totalSteps,
            Epochs = epochs,
            WarmupSteps = Warmup(config, totalSteps),
            DecaySteps = Math.Max(0, config.Schedule.LrDecaySteps.Resolve(totalSteps)),
            TokenWarmupSteps = TokenWarmup(config.Captions.TokenWarmupStep, totalSteps),
            SaveEveryNEpochs = SaveEvery(config.Saving, epochs),
            LimitedBy = limit,
            Equation = equation,
        };
    }

    /// <summary>a / b, rounded up.</summary>
    public static int CeilingDivide(int a, int b) => checked((int)(((long)a + b - 1) / b));

    /// <summary>It may be longer than the training, which then stops on the slope.</summary>
    private static int Warmup(LoraConfig config, int totalSteps)
    {
        if (config.Optimizer.OwnsSchedule || !config.Schedule.HasWarmup)
            return 0;
        var warmup = config.Schedule.EffectiveWarmup;
        // The old GUI computed the steps itself and rounded them; the trainer rounds down.
        return Math.Max(0, config.Runtime.Compatibility == Compatibility.Kohya2188 ? warmup.ResolveRounded(totalSteps) : warmup.Resolve(totalSteps));
    }

    private static (int Steps, LengthLimit Limit, string Equation) Total(
        LoraConfig config, long presentations, int batches, int stepsPerEpoch, bool hasRegularization)
    {
        var training = config.Training;
        var accumulation = training.GradientAccumulationSteps;
        var byEpochs = training.MaxTrainEpochs is { } epochs ? checked(epochs * stepsPerEpoch) : (int?)null;
        var epochsText = string.Create(CultureInfo.InvariantCulture, $"{training.MaxTrainEpochs} epochs × ⌈{batches} batches / {accumulation} accumulation⌉ = {byEpochs} steps");
        if (training.MaxTrainSteps is { } maxSteps)
        {
            var stepsText = string.Create(CultureInfo.InvariantCulture, $"max_train_steps = {maxSteps} steps");
            if (byEpochs is null)
                return (maxSteps, LengthLimit.MaxTrainSteps, stepsText);
            // kohya's trainer lets epochs override steps; here the first limit that is reached ends the training.
            return byEpochs <= maxSteps || config.Runtime.Compatibility == Compatibility.Kohya2188
                ? (byEpochs.Value, LengthLimit.MaxTrainEpochs, epochsText + $", before {stepsText}")
                : (maxSteps, LengthLimit.MaxTrainSteps, stepsText + $", before {epochsText}");
        }
        if (byEpochs is not null)
            return (byEpochs.Value, LengthLimit.MaxTrainEpochs, epochsText);

        var sides = hasRegularization ? 2 : 1;
        // In this order and in double precision, as the GUI computes it.
        var computed = checked((int)Math.Ceiling((double)presentations / training.TrainBatchSize / accumulation * training.Epoch * sides));
        var withRegularization = hasRegularization ? " × 2 for regularisation" : "";
        return (computed, LengthLimit.Epoch, string.Create(CultureInfo.InvariantCulture,
            $"⌈{presentations} pictures × repeats / {training.TrainBatchSize} batch size / {accumulation} accumulation × {training.Epoch} epochs{withRegularization}⌉ = {computed} steps"));
    }

    /// <summary>A share is rounded down, as sd-scripts does for this one.</summary>
    internal static int TokenWarmup(StepsOrShare length, int totalSteps) => (int)Math.Floor(length.IsShare ? length.Value * totalSteps : length.Value);

    private static int? SaveEvery(SavingSettings saving, int epochs) =>
        saving.SaveNEpochRatio is > 0 and var ratio ? Math.Max(1, epochs / ratio) : saving.SaveEveryNEpochs is > 0 and var every ? every : null;
}

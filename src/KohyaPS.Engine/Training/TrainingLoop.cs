using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Lora;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Engine.Training.Objectives;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Schedules;
using KohyaPS.Training.States;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>
/// The heart of a training: takes one micro-batch after the other, and updates the network after every accumulation group. It knows its
/// position and nothing of files, events or settings.
/// </summary>
/// <param name="step">From micro-batch to loss.</param>
/// <param name="batches">Where micro-batches come from.</param>
/// <param name="network">What is trained.</param>
/// <param name="optimizer">How.</param>
/// <param name="schedule">The learning rates, by step.</param>
/// <param name="options">Accumulation and clipping.</param>
internal sealed class TrainingLoop(
    TrainingStep step,
    IBatchSource batches,
    AttachedNetwork network,
    FlatOptimizer optimizer,
    LearningRateSchedule schedule,
    LoopOptions options)
{
    private readonly Accumulation accumulation = new(options.Accumulation);
    private readonly LossScaler? scaler = options.ScalesLoss ? new() : null;

    /// <summary>Called when all gradients of an update are there, before they are clipped; for tests that compare them.</summary>
    public Action? BeforeUpdate { get; set; }

    /// <summary>Where the training stands.</summary>
    public TrainingPosition Position { get; private set; } = TrainingPosition.Start;

    /// <summary>
    /// Updates that moved the schedule. It is behind the position where counting began at a chosen step, and where float16 gradients overflowed.
    /// </summary>
    public int ScheduleStep { get; private set; }

    /// <summary>Where loss scaling stands; null without it.</summary>
    public LossScale? LossScale => scaler?.State;

    /// <summary>The losses of the epoch's positions and their mean.</summary>
    public LossAverage Losses { get; private set; } = new();

    private WeightUpdate Changes => field ??= new(network.Groups, optimizer, schedule, options.MaxGradientNorm, scaler);

    /// <summary>The learning rate of each group for the next update, by the group's description.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> LearningRates => Changes.Rates(ScheduleStep);

    /// <summary>Goes on from a saved or chosen position.</summary>
    /// <param name="position">A position between two updates.</param>
    /// <param name="losses">The losses recorded up to there.</param>
    /// <param name="scheduleStep">Updates that moved the schedule up to there.</param>
    /// <param name="lossScale">Where loss scaling stood; null begins it anew.</param>
    public void ContinueFrom(TrainingPosition position, LossAverage losses, int scheduleStep, LossScale? lossScale = null)
    {
        Position = position;
        Losses = losses;
        ScheduleStep = scheduleStep;
        if (scaler is not null && lossScale is not null)
            scaler.State = lossScale;
    }

    /// <summary>Whether the running epoch has no micro-batch left; the next one begins with <see cref="LeaveEpoch"/>.</summary>
    public bool EpochHasEnded => Position.BatchInEpoch >= batches.BatchesPerEpoch;

    /// <summary>Goes on to the next epoch.</summary>
    public void LeaveEpoch() => Position = new(Position.Step, Position.Epoch + 1, 0);

    /// <summary>Trains on the next micro-batch.</summary>
    public MicroStepOutcome Advance()
    {
        using var scope = NewDisposeScope();
        if (EpochHasEnded)
            LeaveEpoch();
        var (epoch, index) = (Position.Epoch, Position.BatchInEpoch);
        var microStep = (long)(epoch - 1) * batches.BatchesPerEpoch + index;
        if (accumulation.BeginsAt(index))
            network.ZeroGradients();
        network.IsTraining = true;
        network.BeginMicroStep(microStep);

        double loss;
        using (var batch = batches.Load(epoch, index))
        using (var value = step.Loss(batch, microStep))
        {
            // Divided by the whole accumulation also in a short last group, as sd-scripts does.
            using var share = scaler is null ? value / options.Accumulation : value * (scaler.Factor / options.Accumulation);
            Gradients.Backward(share);
            loss = value.item<float>();
        }
        var updates = accumulation.EndsAt(index, batches.BatchesPerEpoch);
        var (norm, rates, effective) = updates ? Update() : (double.NaN, [], []);
        var weightNorms = options.MaxWeightNorm is { } limit ? MaxNorm.Apply(network.Adapters.OfType<LoraAdapter>(), limit) : null;
        Losses.Add(index, loss);
        Position = new(Position.Step + (updates ? 1 : 0), epoch, index + 1);
        return new(epoch, index, loss, updates, norm, rates, effective, weightNorms);
    }

    private (double Norm, IReadOnlyList<KeyValuePair<string, double>> Rates, IReadOnlyList<KeyValuePair<string, double>> Effective) Update()
    {
        BeforeUpdate?.Invoke();
        var rates = Changes.Rates(ScheduleStep);
        var norm = Changes.Apply(ScheduleStep);
        // Gradients that overflowed move neither weights nor schedule; the step counts all the same.
        if (Changes.HasMoved)
            ScheduleStep++;
        return (norm, rates, Changes.EffectiveRates);
    }
}

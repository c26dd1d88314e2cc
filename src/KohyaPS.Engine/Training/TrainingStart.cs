using KohyaPS.Training.States;

namespace KohyaPS.Engine.Training;

/// <summary>Where a training begins: at its first step, where a state stands, or at a chosen step or epoch.</summary>
/// <param name="Position">The first micro-batch.</param>
/// <param name="ScheduleStep">Updates that have moved the learning-rate schedule: those of the state, none for a chosen step.</param>
internal sealed record TrainingStart(TrainingPosition Position, int ScheduleStep)
{
    /// <summary>Works out the beginning.</summary>
    /// <param name="settings">InitialStep, InitialEpoch and SkipUntilInitialStep; they win over the state's place.</param>
    /// <param name="length">Steps of an epoch.</param>
    /// <param name="resumed">The state that is continued; null for none.</param>
    /// <remarks>
    /// Steps keep counting from the beginning of the whole training, and a training of N steps ends at N; sd-scripts counts from 0 again
    /// and skips wrongly with accumulation. Without SkipUntilInitialStep the epoch of the chosen step is trained from its first picture.
    /// </remarks>
    public static TrainingStart Of(TrainingSettings settings, TrainingLength length, StateManifest? resumed)
    {
        var moved = resumed?.ScheduleStep ?? resumed?.Step ?? 0;
        var chosen = settings.InitialStep ?? (settings.InitialEpoch is { } epoch ? checked((epoch - 1) * length.StepsPerEpoch) : null);
        if (chosen is not { } step)
            return resumed is null ? new(TrainingPosition.Start, 0) : new(new(resumed.Step, resumed.Epoch, resumed.BatchInEpoch), moved);
        var skipped = settings.SkipUntilInitialStep ? step % length.StepsPerEpoch * settings.GradientAccumulationSteps : 0;
        return new(new(step, step / length.StepsPerEpoch + 1, skipped), moved);
    }
}

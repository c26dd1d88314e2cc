namespace KohyaPS.Engine.Training;

/// <summary>Where a training stands: before the micro-batch that it names.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Epoch">The running epoch, from 1.</param>
/// <param name="BatchInEpoch">Micro-batches of it already used: all of them until the epoch is left.</param>
internal readonly record struct TrainingPosition(int Step, int Epoch, int BatchInEpoch)
{
    /// <summary>Before the first micro-batch.</summary>
    public static TrainingPosition Start { get; } = new(0, 1, 0);
}

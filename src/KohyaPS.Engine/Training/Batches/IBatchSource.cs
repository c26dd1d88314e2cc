namespace KohyaPS.Engine.Training.Batches;

/// <summary>Gives the micro-batches of an epoch; the same (epoch, index) always gives the same batch.</summary>
internal interface IBatchSource
{
    /// <summary>Micro-batches in every epoch.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>One micro-batch; the caller disposes it.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="index">Position in the epoch, from 0.</param>
    MicroBatch Load(int epoch, int index);
}

namespace KohyaPS.Engine.Training;

/// <summary>Which micro-batches make an update: so many at a time, counted anew in every epoch; the last update of an epoch may have fewer.</summary>
/// <param name="count">Micro-batches in an update.</param>
internal readonly struct Accumulation(int count)
{
    /// <summary>Whether gradients start from zero at a micro-batch.</summary>
    /// <param name="index">Its place in the epoch, from 0.</param>
    public bool BeginsAt(int index) => index % count == 0;

    /// <summary>Whether an update follows a micro-batch.</summary>
    /// <param name="index">Its place in the epoch, from 0.</param>
    /// <param name="batchesPerEpoch">Micro-batches in an epoch.</param>
    public bool EndsAt(int index, int batchesPerEpoch) => (index + 1) % count == 0 || index == batchesPerEpoch - 1;
}

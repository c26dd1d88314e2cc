namespace KohyaPS.Engine.Training.Batches;

/// <summary>The batches of the epochs of a training in their order, and which ones follow.</summary>
/// <param name="planner">Makes the batches of an epoch.</param>
/// <param name="seed">The training's seed.</param>
/// <param name="ahead">How many of the following batches are told.</param>
/// <param name="crossesEpochs">True tells those of the next epoch too (persistent_data_loader_workers).</param>
internal sealed class EpochOrder(EpochPlanner planner, long seed, int ahead, bool crossesEpochs)
{
    private readonly Dictionary<int, IReadOnlyList<TrainingBatch>> epochs = [];

    /// <summary>Batches in every epoch.</summary>
    public int BatchesPerEpoch => planner.BatchesPerEpoch;

    /// <summary>One batch.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="index">Position in the epoch, from 0.</param>
    public TrainingBatch Batch(int epoch, int index) => Of(epoch)[index];

    /// <summary>The batches that come after one.</summary>
    public IEnumerable<(int Epoch, TrainingBatch Batch)> Following(int epoch, int index)
    {
        for (var i = 1; i <= ahead; i++)
        {
            var (later, position) = (epoch + (index + i) / BatchesPerEpoch, (index + i) % BatchesPerEpoch);
            if (later > epoch && !crossesEpochs)
                yield break;
            yield return (later, Of(later)[position]);
        }
    }

    private IReadOnlyList<TrainingBatch> Of(int epoch)
    {
        if (epochs.TryGetValue(epoch, out var known))
            return known;
        foreach (var past in epochs.Keys.Where(e => e < epoch - 1).ToList())
            epochs.Remove(past);
        return epochs[epoch] = planner.Batches(seed, epoch);
    }
}

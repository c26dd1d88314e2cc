using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>The micro-batches of another source, brought to the device of the models.</summary>
/// <param name="batches">Makes them in the processor's memory.</param>
/// <param name="device">Where the models are.</param>
internal sealed class DeviceBatches(IBatchSource batches, Device device) : IBatchSource
{
    /// <inheritdoc/>
    public int BatchesPerEpoch => batches.BatchesPerEpoch;

    /// <inheritdoc/>
    public MicroBatch Load(int epoch, int index) => batches.Load(epoch, index).MoveTo(device);
}

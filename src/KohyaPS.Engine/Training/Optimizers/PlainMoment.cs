using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A moment kept as float32; in the host's memory it is copied to the parameters' device for a step and back.</summary>
/// <param name="state">The values.</param>
/// <param name="device">Where the parameters are.</param>
internal sealed class PlainMoment(Tensor state, Device device) : IMoment
{
    /// <inheritdoc/>
    public Tensor Load() => state.to(device, non_blocking: true);

    /// <inheritdoc/>
    public void Store(Tensor moment)
    {
        if (state.device_type != device.type)
            state.copy_(moment);
    }
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A moment kept as float32; in the host's memory it is copied to the parameters' device for a step and back.</summary>
/// <param name="state">The values; a view that the moment owns.</param>
/// <param name="device">Where the parameters are.</param>
internal sealed class PlainMoment(Tensor state, Device device) : IMoment, IDisposable
{
    private readonly Tensor state = state.DetachFromDisposeScope();

    /// <inheritdoc/>
    public Tensor Load() => state.to(device, non_blocking: true);

    /// <inheritdoc/>
    public void Store(Tensor moment)
    {
        if (state.device_type != device.type)
            state.copy_(moment);
    }

    /// <summary>Frees the view.</summary>
    public void Dispose() => state.Dispose();
}

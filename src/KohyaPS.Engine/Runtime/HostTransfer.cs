using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>Brings tensors from the processor's memory to where a model computes.</summary>
internal static class HostTransfer
{
    /// <summary>
    /// The tensor on a device: itself where it is there already. A card copies from pinned memory while the processor goes on; libtorch keeps
    /// that memory until the copy is done.
    /// </summary>
    /// <param name="tensor">Any tensor.</param>
    /// <param name="device">Where it is needed.</param>
    /// <returns>The same object, or a new tensor in the current dispose scope.</returns>
    public static Tensor To(Tensor tensor, Device device)
    {
        if (tensor.device_type == device.type)
            return tensor;
        if (device.type != DeviceType.CUDA || tensor.device_type != DeviceType.CPU)
            return tensor.to(device);
        using var pinned = tensor.pin_memory();
        return pinned.to(device, non_blocking: true);
    }

    /// <summary>The same, and frees the tensor where another one takes its place.</summary>
    /// <inheritdoc cref="To(Tensor, Device)"/>
    public static Tensor Move(Tensor tensor, Device device)
    {
        var moved = To(tensor, device);
        if (!ReferenceEquals(moved, tensor))
            tensor.Dispose();
        return moved;
    }
}

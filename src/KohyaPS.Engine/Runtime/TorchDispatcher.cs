using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// libtorch's C interface: operators that TorchSharp does not have. Used only where the library has the version it was tested with.
/// </summary>
internal sealed unsafe class TorchDispatcher
{
    private const ulong TestedVersion = 0x020a000000000000;     // 2.10.0
    private const int ChannelsLast = 2;

    private readonly delegate* unmanaged<byte*, byte*, ulong*, int> call;
    private readonly delegate* unmanaged<nint, nint*, int> newHandle;

    private TorchDispatcher(nint call, nint newHandle)
    {
        this.call = (delegate* unmanaged<byte*, byte*, ulong*, int>)call;
        this.newHandle = (delegate* unmanaged<nint, nint*, int>)newHandle;
    }

    /// <summary>The interface, or null where the library has another version.</summary>
    public static TorchDispatcher? Find(nint torchCpu)
    {
        if (!NativeLibrary.TryGetExport(torchCpu, "aoti_torch_abi_version", out var version)
            || ((delegate* unmanaged<ulong>)version)() != TestedVersion
            || !NativeLibrary.TryGetExport(torchCpu, "aoti_torch_call_dispatcher", out var call)
            || !NativeLibrary.TryGetExport(torchCpu, "aoti_torch_new_tensor_handle", out var newHandle))
            return null;
        return new(call, newHandle);
    }

    /// <summary>The same values with the channels of a pixel side by side in memory (NHWC); gradients flow through.</summary>
    /// <param name="image">[B, C, h, w]</param>
    public Tensor ToChannelsLast(Tensor image)
    {
        var stack = stackalloc ulong[2];
        stack[0] = Reference(image);
        stack[1] = ChannelsLast;
        Call("aten::contiguous"u8, stack);
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    // The dispatcher consumes its arguments, so it gets a reference of its own.
    private ulong Reference(Tensor tensor)
    {
        nint handle;
        if (newHandle(tensor.Handle, &handle) != 0)
            throw new InvalidOperationException("libtorch gave no handle for a tensor.");
        return (ulong)handle;
    }

    private void Call(ReadOnlySpan<byte> operation, ulong* stack)
    {
        // UTF-8 literals end with a zero byte.
        fixed (byte* name = operation)
        {
            byte noOverload = 0;
            if (call(name, &noOverload, stack) != 0)
                throw new InvalidOperationException($"libtorch could not run {System.Text.Encoding.UTF8.GetString(operation)}; its reason stands on standard error.");
        }
    }
}

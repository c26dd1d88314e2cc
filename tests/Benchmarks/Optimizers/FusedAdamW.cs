using System.Runtime.InteropServices;
using KohyaPS.Engine.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Benchmarks.Optimizers;

/// <summary>libtorch's own fused AdamW over a list of tensors, called through its dispatcher.</summary>
internal sealed unsafe class FusedAdamW : IDisposable
{
    private const ulong TestedVersion = 0x020a000000000000;     // 2.10.0
    private readonly delegate* unmanaged<byte*, byte*, ulong*, int> call;
    private readonly delegate* unmanaged<nint, nint*, int> newHandle;
    private readonly delegate* unmanaged<nuint, nint*, int> newList;
    private readonly delegate* unmanaged<nint, ulong, int> push;
    private readonly Tensor[] parameters, gradients, moments, squares, steps;

    /// <param name="parameters">What is trained.</param>
    /// <param name="gradients">Their gradients.</param>
    public FusedAdamW(Tensor[] parameters, Tensor[] gradients)
    {
        var library = TorchCpu;
        call = (delegate* unmanaged<byte*, byte*, ulong*, int>)NativeLibrary.GetExport(library, "aoti_torch_call_dispatcher");
        newHandle = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(library, "aoti_torch_new_tensor_handle");
        newList = (delegate* unmanaged<nuint, nint*, int>)NativeLibrary.GetExport(library, "torch_new_list_reserve_size");
        push = (delegate* unmanaged<nint, ulong, int>)NativeLibrary.GetExport(library, "torch_list_push_back");
        (this.parameters, this.gradients) = (parameters, gradients);
        using var guard = no_grad();
        moments = [.. parameters.Select(p => zeros_like(p).DetachFromDisposeScope())];
        squares = [.. parameters.Select(p => zeros_like(p).DetachFromDisposeScope())];
        steps = [.. parameters.Select(_ => zeros(1).squeeze().DetachFromDisposeScope())];
    }

    /// <summary>True where libtorch's C interface has the version whose calls these are.</summary>
    public static bool IsSupported => NativeLibrary.TryGetExport(TorchCpu, "aoti_torch_abi_version", out var version) && ((delegate* unmanaged<ulong>)version)() == TestedVersion;

    // TorchSharp has loaded it from the engine's natives.
    private static nint TorchCpu => NativeLibrary.Load(OperatingSystem.IsWindows() ? "torch_cpu" : "libtorch_cpu.so", typeof(TorchRuntime).Assembly, null);

    /// <summary>One step with the defaults of AdamW.</summary>
    public void Step(double rate)
    {
        foreach (var step in steps)
            step.add_(1);
        var stack = stackalloc ulong[15];
        (stack[0], stack[1], stack[2], stack[3], stack[4], stack[5]) = (List(parameters), List(gradients), List(moments), List(squares), List([]), List(steps));
        (stack[6], stack[7], stack[8], stack[9], stack[10]) = (Bits(rate), Bits(0.9), Bits(0.999), Bits(0.01), Bits(1e-8));
        (stack[11], stack[12], stack[13], stack[14]) = (0, 0, 0, 0);
        fixed (byte* name = "aten::_fused_adamw_"u8)
        {
            byte noOverload = 0;
            if (call(name, &noOverload, stack) != 0)
                throw new InvalidOperationException("libtorch could not run its fused AdamW; the reason stands on standard error.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in moments.Concat(squares).Concat(steps))
            tensor.Dispose();
    }

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);

    // The dispatcher consumes lists and what is in them.
    private ulong List(Tensor[] tensors)
    {
        nint list;
        if (newList((nuint)tensors.Length, &list) != 0)
            throw new InvalidOperationException("libtorch made no list.");
        foreach (var tensor in tensors)
        {
            nint handle;
            if (newHandle(tensor.Handle, &handle) != 0 || push(list, (ulong)handle) != 0)
                throw new InvalidOperationException("libtorch took no tensor into a list.");
        }
        return (ulong)list;
    }
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>Reinterprets a tensor's bytes, which TorchSharp lacks.</summary>
internal static partial class TensorViews
{
    /// <summary>The same memory as another type; the last dimension changes its length. The result shares the storage and keeps it alive.</summary>
    /// <param name="bytes">A contiguous tensor whose storage offset suits the type.</param>
    /// <param name="dtype">The type to see.</param>
    public static Tensor As(Tensor bytes, ScalarType dtype)
    {
        if (ViewDtype(bytes.Handle, (int)dtype, out var view) != 0)
            throw new InvalidOperationException($"libtorch cannot see {bytes.numel()} bytes as {dtype}.");
        return Tensor.UnsafeCreateTensor(view);
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_view_dtype")]
    private static partial int ViewDtype(IntPtr tensor, int dtype, out IntPtr view);
}

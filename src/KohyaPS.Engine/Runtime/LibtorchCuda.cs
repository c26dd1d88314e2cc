using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>The CUDA side of the libtorch that this process has loaded. Without a CUDA build it says that there is no card.</summary>
internal sealed class LibtorchCuda : ICuda
{
    /// <inheritdoc/>
    public bool IsAvailable => cuda.is_available();

    /// <inheritdoc/>
    public int CardCount => cuda.device_count();

    /// <inheritdoc/>
    public bool AllowTensorFloat32
    {
        set
        {
            backends.cuda.matmul.allow_tf32 = value;
            backends.cudnn.allow_tf32 = value;
        }
    }

    /// <inheritdoc/>
    public bool AllowFlashAttention
    {
        set => backends.cuda.enable_flash_sdp(value);
    }

    /// <inheritdoc/>
    public void Synchronize() => cuda.synchronize();
}

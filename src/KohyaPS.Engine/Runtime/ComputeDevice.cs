using KohyaPS.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>Where models compute in this process.</summary>
/// <param name="Device">The first visible card, or the processor.</param>
/// <param name="Notice">Why it is not the card that the natives are made for; null where there is nothing to say.</param>
internal sealed record ComputeDevice(Device Device, string? Notice)
{
    /// <summary>True for a graphics card.</summary>
    public bool IsCard => Device.type == DeviceType.CUDA;

    /// <summary>
    /// Takes the first card that CUDA shows when the CUDA natives are loaded, and sets its switches: exact float32, all attention kernels. The
    /// natives were chosen before (<see cref="NativeFolderLocator"/>), so KOHYAPS_BACKEND=Cpu and a machine without a driver never come here
    /// with CUDA.
    /// </summary>
    /// <param name="natives">The natives that are loaded.</param>
    /// <param name="isDemanded">True where the user asked for the card by KOHYAPS_BACKEND.</param>
    /// <param name="cuda">The CUDA side of libtorch.</param>
    /// <exception cref="TrainingException">The card was asked for and cannot be used.</exception>
    public static ComputeDevice Choose(NativeFolder natives, bool isDemanded, ICuda cuda)
    {
        if (natives.Files.Backend == NativeBackend.Cpu)
            return new(CPU, null);
        if (cuda.IsAvailable && cuda.CardCount > 0)
        {
            // Float32 means float32: who wants speed takes bf16, which is faster still.
            cuda.AllowTensorFloat32 = false;
            cuda.AllowFlashAttention = true;
            return new(new Device(DeviceType.CUDA, 0), null);
        }
        var problem = $"The CUDA libraries in '{natives.Path}' load, but find no card that they can use";
        const string cure = "Test-LoraEnvironment shows driver and card; CUDA_VISIBLE_DEVICES may hide the card.";
        return isDemanded
            ? throw new TrainingException(TrainingExitCode.Environment, $"{problem}, and {NativeFolderLocator.BackendVariable} asks for it. {cure} Remove the variable to compute on the processor.")
            : new(CPU, $"{problem}; the processor computes instead. {cure}");
    }
}

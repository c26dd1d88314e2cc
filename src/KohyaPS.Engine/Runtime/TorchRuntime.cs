using System.Runtime.CompilerServices;
using KohyaPS.Runtime;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Starts libtorch: loads the natives, sets allocator and threads, chooses the library for float32 products, measures.
/// Call it on the thread that will do the tensor work.
/// </summary>
internal static class TorchRuntime
{
    private static readonly Lock gate = new();
    private static TorchRuntimeInfo? info;

    /// <summary>What the process runs with; null before the start.</summary>
    public static TorchRuntimeInfo? Info => info;

    /// <summary>Starts libtorch once; later calls return what the first one found, with the threads that they ask for.</summary>
    /// <exception cref="DllNotFoundException">The natives are missing or do not fit this system; the message says what to do.</exception>
    public static TorchRuntimeInfo Start(TorchRuntimeOptions? options = null)
    {
        lock (gate)
        {
            if (info is not null)
                return options is null ? info : info = Restart(info, options);
            options ??= new();
            // Before the first large block is allocated.
            Allocator.KeepFreed();
            OpenMp.Configure();
            NativeLibraries.Load(options.NativeFolder);
            return info = Configure(options);
        }
    }

    /// <summary>The CUDA side of the loaded libtorch.</summary>
    internal static ICuda Cuda { get; } = new LibtorchCuda();

    // The number of threads is the one thing that can change from training to training.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TorchRuntimeInfo Restart(TorchRuntimeInfo running, TorchRuntimeOptions options)
    {
        var threads = options.Threads ?? Environment.ProcessorCount;
        TorchSharp.torch.set_num_threads(threads);
        return running with { Threads = threads };
    }

    // Apart from Start, so that TorchSharp's static constructor cannot run before the natives are there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TorchRuntimeInfo Configure(TorchRuntimeOptions options)
    {
        var threads = options.Threads ?? Environment.ProcessorCount;
        TorchSharp.torch.set_num_threads(threads);
        var demanded = string.Equals(Environment.GetEnvironmentVariable(NativeFolderLocator.BackendVariable), nameof(NativeBackend.Cuda), StringComparison.OrdinalIgnoreCase);
        var device = ComputeDevice.Choose(NativeLibraries.Loaded!, demanded, Cuda);
        return new()
        {
            Device = device,
            Threads = threads,
            Float32Products = MatrixLibrary.Choose(options.TryFastFloat32Products),
            Speeds = device.IsCard ? ComputeProbe.MeasureCard(device.Device, Cuda) : ComputeProbe.Measure(),
        };
    }
}

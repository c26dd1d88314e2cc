namespace KohyaPS.Runtime;

/// <summary>Which build of libtorch computes. The two must not be mixed in one process: each brings its own torch_cpu and c10.</summary>
public enum NativeBackend
{
    /// <summary>Processors only.</summary>
    Cpu,

    /// <summary>NVIDIA graphics cards (CUDA 12.8) and processors.</summary>
    Cuda,
}

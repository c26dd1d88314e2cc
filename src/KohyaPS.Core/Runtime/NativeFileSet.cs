using System.Runtime.InteropServices;

namespace KohyaPS.Runtime;

/// <summary>The native files of one system and backend, in the order in which they are loaded.</summary>
/// <remarks>
/// Loading one by one, lowest first, names the file that fails; asking for the last only would say no more than "or one of its
/// dependencies". The CUDA libraries come before the bridge, since nothing links to them: loading registers their kernels.
/// </remarks>
public sealed class NativeFileSet
{
    // NVIDIA's own load order: every library after those that it looks up by name.
    private static readonly string[] cudaWindows =
    [
        "cudnn_adv64_9.dll", "cudnn_cnn64_9.dll", "cudnn_ops64_9.dll", "cudnn_graph64_9.dll", "cudnn_heuristic64_9.dll",
        "cudnn_engines_precompiled64_9.dll", "cudnn_engines_runtime_compiled64_9.dll", "nvrtc-builtins64_128.dll", "caffe2_nvrtc.dll",
        "nvrtc64_120_0.dll", "cublasLt64_12.dll", "cufft64_11.dll", "cusparse64_12.dll", "cusolver64_11.dll",
    ];

    private NativeFileSet(string rid, NativeBackend backend, IReadOnlyList<string> required, IReadOnlyList<string> optional)
    {
        Rid = rid;
        Backend = backend;
        Required = required;
        Optional = optional;
    }

    /// <summary>The system, for instance win-x64.</summary>
    public string Rid { get; }

    /// <summary>What the files compute on.</summary>
    public NativeBackend Backend { get; }

    /// <summary>Files without which nothing works, in load order; the last one is the bridge that TorchSharp calls.</summary>
    public IReadOnlyList<string> Required { get; }

    /// <summary>Files loaded before the required ones where they exist; a failure of one is reported, not fatal.</summary>
    public IReadOnlyList<string> Optional { get; }

    /// <summary>The library that TorchSharp calls by name.</summary>
    public string Bridge => Required[^1];

    /// <summary>The system that this process runs on, in .NET's words; null where libtorch has no build for it.</summary>
    public static string? CurrentRid =>
        RuntimeInformation.ProcessArchitecture != Architecture.X64 ? null
        : OperatingSystem.IsWindows() ? "win-x64"
        : OperatingSystem.IsLinux() ? "linux-x64"
        : null;

    /// <summary>The files of a system and backend.</summary>
    /// <exception cref="ArgumentException">There is no build for that system.</exception>
    public static NativeFileSet For(string rid, NativeBackend backend) => (rid, backend) switch
    {
        ("win-x64", NativeBackend.Cpu) => new(rid, backend, ["libiomp5md.dll", "c10.dll", "torch_cpu.dll", "LibTorchSharp.dll"], []),
        ("win-x64", NativeBackend.Cuda) => new(rid, backend,
            ["libiomp5md.dll", "c10.dll", "torch_cpu.dll", "c10_cuda.dll", "torch_cuda.dll", "LibTorchSharp.dll"], cudaWindows),
        ("linux-x64", NativeBackend.Cpu) => new(rid, backend,
            ["libgomp-98b21ff3.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so", "libLibTorchSharp.so"], []),
        ("linux-x64", NativeBackend.Cuda) => new(rid, backend,
            ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libLibTorchSharp.so"], []),
        _ => throw new ArgumentException($"There is no libtorch for '{rid}'. Known: win-x64 and linux-x64.", nameof(rid)),
    };

    /// <summary>The required files that a folder lacks.</summary>
    public IReadOnlyList<string> MissingFrom(string folder) => [.. Required.Where(name => !File.Exists(Path.Combine(folder, name)))];
}

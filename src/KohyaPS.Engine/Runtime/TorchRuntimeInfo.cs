using System.Globalization;

namespace KohyaPS.Engine.Runtime;

/// <summary>What libtorch was set to and how fast it is here; for logs and for the choice of types.</summary>
internal sealed record TorchRuntimeInfo
{
    /// <summary>Where models compute.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>Threads of one tensor operation on the processor.</summary>
    public required int Threads { get; init; }

    /// <summary>Which library computes float32 products, and why.</summary>
    public required Float32Products Float32Products { get; init; }

    /// <summary>Measured speeds.</summary>
    public required ComputeSpeeds Speeds { get; init; }

    /// <summary>One line for a log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"libtorch on {(Device.IsCard ? "CUDA card 0" : "the processor")}: {Threads} threads, float32 products by {Float32Products.Library} (error {Float32Products.RelativeError:0.0e+0}), "
        + $"float32 {Speeds.Float32Product:0} GFLOP/s (3x3 convolution {Speeds.Float32Convolution:0}), "
        + $"bfloat16 {Speeds.Bfloat16Product:0} GFLOP/s (3x3 convolution {Speeds.Bfloat16Convolution:0}), fast type {(Speeds.IsBfloat16Faster ? "bfloat16" : "float32")}");
}

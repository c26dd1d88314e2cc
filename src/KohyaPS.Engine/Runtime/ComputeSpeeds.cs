namespace KohyaPS.Engine.Runtime;

/// <summary>Speeds measured at the start, in GFLOP/s; 0 where a type was too slow to finish measuring.</summary>
/// <param name="Float32Product">Matrix product in float32.</param>
/// <param name="Float32Convolution">3x3 convolution in float32.</param>
/// <param name="Bfloat16Product">Matrix product in bfloat16.</param>
/// <param name="Bfloat16Convolution">3x3 convolution in bfloat16.</param>
internal sealed record ComputeSpeeds(double Float32Product, double Float32Convolution, double Bfloat16Product, double Bfloat16Convolution)
{
    /// <summary>True where there are instructions for bfloat16.</summary>
    public bool HasBfloat16 => Bfloat16Product > 0;

    /// <summary>True where both a product and a convolution are faster in bfloat16, so that a frozen model runs in it. Float16 is never chosen: its gradients vanish without a scaled loss.</summary>
    public bool IsBfloat16Faster => Bfloat16Product > Float32Product && Bfloat16Convolution > Float32Convolution;
}

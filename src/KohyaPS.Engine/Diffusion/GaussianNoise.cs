using KohyaPS.Randomness;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>Normal numbers from libtorch's CPU generator: the same on every device, and for a plain seed the same as PyTorch's.</summary>
internal static class GaussianNoise
{
    /// <summary>N(0, 1) float32 on the CPU, keyed by a source.</summary>
    public static Tensor Draw(RandomSource source, long[] shape) => Draw(source.NextBits(), shape);

    /// <summary>N(0, 1) float32 on the CPU: what <c>torch.randn</c> gives after <c>manual_seed(seed)</c>.</summary>
    public static Tensor Draw(ulong seed, long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, ScalarType.Float32, CPU, generator: generator);
    }
}

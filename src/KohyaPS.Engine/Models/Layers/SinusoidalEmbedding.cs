using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// Sinusoids of a number (Vaswani et al. 2017, arXiv 1706.03762), cosines first:
/// [cos(t f_0), ..., sin(t f_0), ...] with f_i = 10000^(-i / (h - s)), i = 0 .. h-1 and a shift s of 0. Always in float32.
/// </summary>
internal static class SinusoidalEmbedding
{
    private const double MaxPeriod = 10000;

    /// <param name="values">[N] numbers of any type: timesteps (fractions allowed) or sizes in pixels.</param>
    /// <param name="width">Length of the embedding; even (2 h).</param>
    /// <param name="frequencyShift">s; with 1 the slowest wave has a frequency of 1/10000.</param>
    /// <returns>[N, width] float32</returns>
    public static Tensor Of(Tensor values, int width, int frequencyShift = 0)
    {
        using var scope = NewDisposeScope();
        var half = width / 2;
        var exponents = arange(half, dtype: float32, device: values.device) * (-Math.Log(MaxPeriod) / (half - frequencyShift));
        var phases = values.to(float32).unsqueeze(1) * exponents.exp().unsqueeze(0);    // [N, h]
        return cat([phases.cos(), phases.sin()], 1).MoveToOuterDisposeScope();          // [N, 2h]
    }
}

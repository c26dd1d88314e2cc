using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Cuts the largest numbers of two factors off, as sd-scripts does after a decomposition: both are held to ±h, where h is a quantile of their
/// signed values.
/// </summary>
internal static class FactorClamp
{
    /// <summary>The clamped factors.</summary>
    /// <param name="up">One factor.</param>
    /// <param name="down">The other.</param>
    /// <param name="quantile">0 to 1; 1 still cuts what lies below the negative of the largest number.</param>
    public static (Tensor Up, Tensor Down) Apply(Tensor up, Tensor down, double quantile)
    {
        using var scope = NewDisposeScope();
        var limit = Quantile(cat([up.flatten(), down.flatten()]), quantile);
        return (up.clamp(-limit, limit).MoveToOuterDisposeScope(), down.clamp(-limit, limit).MoveToOuterDisposeScope());
    }

    /// <summary>A quantile by linear interpolation, its position computed in float32, of any number of values.</summary>
    public static double Quantile(Tensor values, double quantile)
    {
        using var scope = NewDisposeScope();
        var sorted = values.to(ScalarType.Float32).flatten().sort().Values;
        var last = sorted.numel() - 1;
        var position = (float)quantile * last;
        var low = Math.Min((long)MathF.Floor(position), last);
        var weight = position - low;
        float a = sorted[low].item<float>(), b = sorted[Math.Min(low + 1, last)].item<float>();
        return weight < 0.5f ? a + (weight * (b - a)) : b - ((b - a) * (1 - weight));
    }
}

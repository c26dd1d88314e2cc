using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Exponential moving averages, in place.</summary>
internal static class MovingAverage
{
    /// <summary>average ← average + weight · (value − average), rounded once.</summary>
    /// <param name="average">The average so far.</param>
    /// <param name="value">What it follows.</param>
    /// <param name="weight">How far it goes: 1 − β.</param>
    public static Tensor Follow(this Tensor average, Tensor value, double weight)
    {
        if (average.element_size() >= sizeof(float))
            return average.lerp_(value, tensor(weight, dtype: average.dtype, device: average.device));
        // A weight of 16 bits would be wrong by up to 0.4%.
        var wide = average.to(float32);
        return average.copy_(wide.lerp_(value.to(float32), tensor((float)weight, device: average.device)));
    }

    /// <summary>average ← decay · average + (1 − decay) · value².</summary>
    public static Tensor FollowSquare(this Tensor average, Tensor value, double decay) => average.mul_(decay).addcmul_(value, value, 1 - decay);
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Arithmetic with a number, in place, for tensors of any type. In 16 bits mul_ would round the number itself (0.99 becomes 0.988), which
/// PyTorch's own does not.
/// </summary>
internal static class NumberArithmetic
{
    /// <summary>x ← number · x.</summary>
    public static Tensor Times(this Tensor x, double number) => IsWide(x) ? x.mul_(number) : x.copy_(x.mul(number));

    /// <summary>average ← average + weight · (value − average).</summary>
    /// <param name="average">The average so far.</param>
    /// <param name="value">What it follows.</param>
    /// <param name="weight">How far it goes: 1 − β.</param>
    public static Tensor Follow(this Tensor average, Tensor value, double weight)
    {
        if (IsWide(average))
            return average.lerp_(value, tensor(weight, dtype: average.dtype, device: average.device));
        return average.copy_(average.to(float32).lerp_(value.to(float32), tensor((float)weight, device: average.device)));
    }

    /// <summary>average ← decay · average + (1 − decay) · value².</summary>
    public static Tensor FollowSquare(this Tensor average, Tensor value, double decay) => average.Times(decay).addcmul_(value, value, 1 - decay);

    private static bool IsWide(Tensor x) => x.element_size() >= sizeof(float);
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Lora;

/// <summary>The change of a weight that a LoRA stands for: ΔW = strength · alpha / rank · up · down, in the form of the weight.</summary>
internal static class LoraDelta
{
    /// <param name="down">[r, in] or [r, in, kh, kw]</param>
    /// <param name="up">[out, r] or [out, r, 1, 1]</param>
    /// <param name="factor">strength · alpha / rank</param>
    /// <param name="shape">The weight's dimensions; a matrix and a 1x1 kernel stand for each other.</param>
    public static Tensor Compute(Tensor down, Tensor up, double factor, long[] shape)
    {
        using var scope = NewDisposeScope();
        return up.flatten(1).mm(down.flatten(1)).mul_(factor).view(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Its Frobenius norm for factor 1, from two matrices of rank × rank: ‖UD‖² = Σ (UᵀU) ∘ (DDᵀ).</summary>
    public static Tensor SquaredNorm(Tensor down, Tensor up)
    {
        using var scope = NewDisposeScope();
        var d = down.flatten(1).to(ScalarType.Float64);
        var u = up.flatten(1).to(ScalarType.Float64);
        return u.t().mm(u).mul_(d.mm(d.t())).sum().clamp_min(0).MoveToOuterDisposeScope();
    }
}

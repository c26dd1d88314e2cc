using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Oft;

/// <summary>
/// The rotations that blocks of numbers B stand for (Cayley transform): R = (I + Q)(I − Q)⁻¹ with Q = B − Bᵀ, whose norm over all blocks is held
/// to a constraint.
/// </summary>
internal static class OftRotation
{
    private const double Tiny = 1e-8;

    /// <param name="blocks">[blocks, size, size]</param>
    /// <param name="constraint">Largest norm of Q.</param>
    /// <param name="strength">Leads from no rotation (0) to the full one (1).</param>
    /// <returns>[blocks, size, size]</returns>
    public static Tensor Of(Tensor blocks, double constraint, double strength)
    {
        using var scope = NewDisposeScope();
        var skew = blocks - blocks.transpose(1, 2);
        var norm = skew.flatten().norm();
        skew = skew * ((norm.clamp_max(constraint) + Tiny) / (norm + Tiny));
        var unit = eye(skew.size(1), dtype: skew.dtype, device: skew.device);
        var full = bmm(unit + skew, linalg.inv(unit - skew));
        return (full * strength + unit * (1 - strength)).MoveToOuterDisposeScope();
    }
}

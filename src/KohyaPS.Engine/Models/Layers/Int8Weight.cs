using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// A frozen weight with one byte for each number: what one output is made with is its codes -127..127 times its scale, the largest magnitude
/// / 127. The rounding is at most half a scale, evenly spread: about 0.7 % of the deviation of normally distributed numbers.
/// </summary>
/// <param name="Codes">[out, in] or [out, in, kh, kw] int8.</param>
/// <param name="Scales">[out, 1] or [out, 1, 1, 1] in the compute type.</param>
internal sealed record Int8Weight(Tensor Codes, Tensor Scales)
{
    private const double LargestCode = 127;

    /// <summary>Rounds a weight; the caller owns both tensors.</summary>
    /// <param name="weight">[out, in] or [out, in, kh, kw] in the compute type.</param>
    public static Int8Weight Of(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var exact = weight.to(float32);
        var scales = exact.abs().amax([.. Enumerable.Range(1, (int)weight.dim() - 1).Select(d => (long)d)], keepdim: true).div_(LargestCode);
        // An output of zeros has codes of zeros, whatever its scale.
        scales = scales.masked_fill(scales.eq(0), 1);
        // The codes belong to the scale that they will be multiplied by.
        var kept = scales.to(weight.dtype);
        // Not in place: the same type is the same tensor, and it may be the file's.
        var codes = exact.div(kept.to(float32)).round_().clamp_(-LargestCode, LargestCode).to(ScalarType.Int8);
        return new(codes.DetachFromDisposeScope(), kept.clone().DetachFromDisposeScope());
    }

    /// <summary>The weight in the compute type.</summary>
    public Tensor Restore() => Codes.to(Scales.dtype).mul_(Scales);
}

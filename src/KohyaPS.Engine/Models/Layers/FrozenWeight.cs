using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A layer's frozen weight as it lies in memory: in the compute type, or with one byte a number.</summary>
/// <param name="Stored">[out, in] or [out, in, kh, kw] the weight, or the codes it is restored from.</param>
/// <param name="Packed">How it is restored; null where it is stored in the compute type.</param>
internal sealed record FrozenWeight(Tensor Stored, Int8Weight? Packed = null)
{
    /// <summary>The compute type.</summary>
    public ScalarType DType => Packed?.Scales.dtype ?? Stored.dtype;

    /// <summary>The weight in the compute type; where it is packed a new tensor, which belongs to the scope of the caller.</summary>
    public Tensor Restore() => Packed?.Restore() ?? Stored;
}

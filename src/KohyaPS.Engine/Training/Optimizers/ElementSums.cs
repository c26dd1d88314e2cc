using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Sums over all elements of a group, without the parameters that have no gradient in this step.</summary>
internal static class ElementSums
{
    /// <summary>Σ a.</summary>
    /// <param name="group">The group.</param>
    /// <param name="layout">How <paramref name="a"/> is divided among its parameters.</param>
    /// <param name="a">The elements.</param>
    public static double Total(OptimizerGroup group, StateLayout layout, Tensor a)
    {
        using var scope = NewDisposeScope();
        if (group.Active is { } active)
            a = where(layout.Expand(active, a.device), a, zeros_like(a));
        // Each parameter by itself and in its own precision, as in the originals: an estimate that grows on itself shows the difference.
        var ofEach = ReferenceEquals(layout, group.Elements) ? group.SumByParameter(a, a.dtype) : OfEach(group, layout, a);
        return ofEach.to(group.Values.dtype).to(ScalarType.Float64).sum().ToDouble();
    }

    /// <summary>Σ|a|.</summary>
    /// <inheritdoc cref="Total"/>
    public static double Absolute(OptimizerGroup group, StateLayout layout, Tensor a)
    {
        using var absolute = Wide(a).abs();
        return Total(group, layout, absolute);
    }

    /// <summary>Σ a·b.</summary>
    /// <param name="group">The group.</param>
    /// <param name="layout">How <paramref name="a"/> and <paramref name="b"/> are divided among its parameters.</param>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    public static double Dot(OptimizerGroup group, StateLayout layout, Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return Total(group, layout, Wide(a).mul(Wide(b)));
    }

    // Products of 16-bit numbers do not fit into 16 bits.
    private static Tensor Wide(Tensor a) => a.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? a.to(ScalarType.Float32) : a;

    private static Tensor OfEach(OptimizerGroup group, StateLayout layout, Tensor a)
    {
        using var scope = NewDisposeScope();
        var owners = layout.Expand(arange(group.Parameters.Slices.Count, dtype: ScalarType.Int64), a.device);
        return zeros(group.Parameters.Slices.Count, dtype: ScalarType.Float64, device: a.device).index_add_(0, owners, a.to(ScalarType.Float64), 1).MoveToOuterDisposeScope();
    }
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Oft;

/// <summary>
/// Orthogonal fine-tuning (Qiu et al. 2023, arXiv 2306.07280) as sd-scripts does it: the output features are rotated in blocks,
/// R = (I + Q)(I − Q)⁻¹ with Q = B − Bᵀ held to a norm of alpha times the number of outputs. The rank is the number of blocks.
/// </summary>
internal sealed class OftAdapter : NetworkAdapter
{
    private readonly AdapterParameter blocks;
    private readonly long[] strides;
    private readonly long[] paddings;

    /// <param name="plan">Layer, number of blocks, constraint and groups.</param>
    /// <param name="mode">Strength.</param>
    public OftAdapter(AdapterPlan plan, AdapterMode mode)
        : base(plan, mode)
    {
        var size = plan.Target.Outputs / plan.Rank;
        blocks = new($"{plan.Name}.oft_blocks", [plan.Rank, size, size], plan.UpGroup, null);
        Parameters = [blocks];
        strides = [plan.Target.Stride, plan.Target.Stride];
        paddings = [plan.Target.Padding, plan.Target.Padding];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterParameter> Parameters { get; }

    /// <summary>The rotations of all blocks, [blocks, size, size]; a strength below 1 leads from no rotation to the full one.</summary>
    public Tensor Rotation() => OftRotation.Of(blocks.Value, Alpha * Plan.Target.Outputs, Mode.Multiplier);

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor output)
    {
        if (IsDropped)
            return output;
        MarkUsed();
        using var scope = NewDisposeScope();
        // y = W'x + b with W' = RᵀW: the layer has computed Wx + b, so the rest is (R − I)ᵀW x.
        var weight = Plan.Target.Layer!.Weight;
        var unit = eye(blocks.Value.size(1), dtype: blocks.Value.dtype, device: blocks.Value.device);
        var turned = Rotation() - unit;
        var rows = weight.to(turned.dtype).reshape(Plan.Rank, turned.size(1), -1);
        var delta = bmm(turned.transpose(1, 2), rows).view(weight.shape).to(input.dtype);
        var change = Plan.Target.IsConvolution
            ? nn.functional.conv2d(input, delta, null, strides, paddings)
            : nn.functional.linear(input, delta).view_as(output);
        return output.add(change).MoveToOuterDisposeScope();
    }
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.DyLora;

/// <summary>
/// DyLoRA (Valipour et al. 2022, arXiv 2210.07558) as sd-scripts runs it: every pass draws a place in the rank; only the slices of
/// <c>unit</c> ranks there learn, all slices act, scaled by √(rank / end of the drawn slice).
/// </summary>
/// <remarks>As in the original the draw and its scale also act outside training, and of the network's strength only 0 acts.</remarks>
internal sealed class DyLoraAdapter : NetworkAdapter
{
    private readonly AdapterParameter down;
    private readonly AdapterParameter up;
    private readonly int unit;
    private readonly long[] strides;
    private readonly long[] paddings;

    /// <param name="plan">Layer, rank and groups.</param>
    /// <param name="mode">Random numbers.</param>
    /// <param name="unit">Ranks in a slice.</param>
    public DyLoraAdapter(AdapterPlan plan, AdapterMode mode, int unit)
        : base(plan, mode)
    {
        var layer = plan.Target;
        this.unit = unit;
        // Each rank has a slice of its own, so the fan-in is the same as that of one matrix.
        down = new($"{plan.Name}.lora_down.weight", AdapterShapes.Down(plan), plan.DownGroup, Initializers.KaimingUniform(layer.FanIn));
        up = new($"{plan.Name}.lora_up.weight", AdapterShapes.Up(plan), plan.UpGroup, null);
        Parameters = [down, up];
        strides = [layer.Stride, layer.Stride];
        paddings = [layer.Padding, layer.Padding];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterParameter> Parameters { get; }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor output)
    {
        if (IsDropped)
            return output;
        MarkUsed();
        using var scope = NewDisposeScope();
        var drawn = Mode.Draws.Slice(Name, Plan.Rank);
        var first = drawn - drawn % unit;
        var a = Learning(down.Value, 0, first).to(input.dtype);
        var b = Learning(up.Value, 1, first).mul(Scale * Math.Sqrt(Plan.Rank / (double)(first + unit))).to(input.dtype);
        var delta = Plan.Target.IsConvolution
            ? nn.functional.conv2d(nn.functional.conv2d(input, a, null, strides, paddings), b)
            : nn.functional.linear(nn.functional.linear(input, a), b).view_as(output);
        return output.add(delta).MoveToOuterDisposeScope();
    }

    // The matrix with a gradient for the drawn slice only.
    private Tensor Learning(Tensor matrix, long dimension, long first)
    {
        var after = first + unit;
        return cat([matrix.narrow(dimension, 0, first).detach(), matrix.narrow(dimension, first, unit), matrix.narrow(dimension, after, Plan.Rank - after).detach()], dimension);
    }
}

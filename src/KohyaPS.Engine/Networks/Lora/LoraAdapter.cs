using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Lora;

/// <summary>
/// LoRA (Hu et al. 2021, arXiv 2106.09685): y = Wx + s·B(A x), s = alpha / rank. A (down) goes to the rank, by a convolution of the layer's
/// own kernel, stride and padding where the layer is one; B (up) comes back and is zero at first.
/// </summary>
internal sealed class LoraAdapter : NetworkAdapter
{
    private readonly AdapterParameter down;
    private readonly AdapterParameter up;
    private readonly long[] strides;
    private readonly long[] paddings;

    /// <param name="plan">Layer, rank and groups.</param>
    /// <param name="mode">Dropouts and strength.</param>
    /// <param name="fixedDown">True for LoRA-FA, whose down matrix stays at its first, normally distributed values.</param>
    public LoraAdapter(AdapterPlan plan, AdapterMode mode, bool fixedDown = false)
        : base(plan, mode)
    {
        var layer = plan.Target;
        long rank = plan.Rank;
        var first = fixedDown ? Initializers.Normal(Math.Sqrt(2.0 / (layer.Inputs + rank))) : Initializers.KaimingUniform(layer.FanIn);
        down = new($"{plan.Name}.lora_down.weight", AdapterShapes.Down(plan), plan.DownGroup, first);
        up = new($"{plan.Name}.lora_up.weight", AdapterShapes.Up(plan), plan.UpGroup, null);
        Parameters = [down, up];
        strides = [layer.Stride, layer.Stride];
        paddings = [layer.Padding, layer.Padding];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterParameter> Parameters { get; }

    /// <summary>The matrix that goes to the rank.</summary>
    public Tensor Down => down.Value;

    /// <summary>The matrix that comes back from the rank.</summary>
    public Tensor Up => up.Value;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor output)
    {
        if (IsDropped)
            return output;
        MarkUsed();
        using var scope = NewDisposeScope();
        var a = Cast(Down, input.dtype);
        var b = Cast(Up, input.dtype);
        var scale = Scale * Mode.Multiplier;
        return (Plan.Target.IsConvolution ? Convolve(input, output, a, b, scale) : Multiply(input, output, a, b, scale)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override LowRankUpdate? AsLowRank()
    {
        if (Mode.HasDropout || Down.dim() == 4 && (Down.size(2) != 1 || Down.size(3) != 1))
            return null;
        MarkUsed();
        return new(Down.flatten(1), Up.flatten(1), Scale * Mode.Multiplier);
    }

    // [..., in] -> [..., r] -> added to [..., out] in the same product.
    private Tensor Multiply(Tensor input, Tensor output, Tensor a, Tensor b, double scale)
    {
        var hidden = Drop(nn.functional.linear(input, a), ref scale);
        if (hidden.dim() > 2)
            hidden = hidden.flatten(0, -2);   // [N, r]
        // A two-dimensional output is no view of another tensor, so the product can be added where it lies.
        return output.dim() == 2
            ? output.addmm_(hidden, b.t(), 1, (float)scale)
            : addmm(output.flatten(0, -2), hidden, b.t(), 1, (float)scale).view_as(output);
    }

    // The scale goes into the small matrix, not over the activations.
    private Tensor Convolve(Tensor input, Tensor output, Tensor a, Tensor b, double scale)
    {
        var hidden = Drop(nn.functional.conv2d(input, a, null, strides, paddings), ref scale);   // [B, r, h', w']
        return output.add_(nn.functional.conv2d(hidden, scale == 1 ? b : b.mul(scale)));
    }

    private Tensor Drop(Tensor hidden, ref double scale)
    {
        if (!Mode.IsTraining)
            return hidden;
        if (Mode.ValueDropout > 0)
        {
            var kept = Mode.Draws.Values(Name, hidden.shape).ge(Mode.ValueDropout).to(hidden.dtype, hidden.device);
            hidden = hidden * kept.mul_(1 / (1 - Mode.ValueDropout));
        }
        if (Mode.RankDropout > 0)
        {
            var batch = hidden.size(0);
            var kept = Mode.Draws.Ranks(Name, batch, Plan.Rank).gt(Mode.RankDropout).to(hidden.dtype, hidden.device);
            hidden = hidden * kept.view(hidden.dim() switch { 4 => [batch, Plan.Rank, 1, 1], 3 => [batch, 1, Plan.Rank], _ => [batch, Plan.Rank] });
            scale /= 1 - Mode.RankDropout;
        }
        return hidden;
    }

    private static Tensor Cast(Tensor matrix, ScalarType dtype) => matrix.dtype == dtype ? matrix.alias() : matrix.to(dtype);
}

using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>One level on the way up: each ResBlock also sees the result that the way down left for it.</summary>
internal sealed class UpBlock : UnetBlock
{
    private readonly Upsample? upsample;

    public UpBlock(WeightSource weights, int heads, UnetConfig config, ForwardOptions options)
        : base(weights, heads, config, options)
    {
        upsample = weights.HasBelow("upsamplers") ? Add(new Upsample(weights.At("upsamplers.0"))) : null;
    }

    /// <param name="x">[B, in, h, w]</param>
    /// <param name="conditions">Time and text.</param>
    /// <param name="skips">The results of the way down, the newest on top.</param>
    /// <returns>[B, out, 2h, 2w], or the full size on the last level. Where the skip that comes next is odd, the size is that skip's.</returns>
    public Tensor Forward(Tensor x, Conditions conditions, Stack<Tensor> skips)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < ResBlocks.Count; i++)
            x = Attended(i, Joined(i, x, skips.Pop(), conditions), conditions);
        if (upsample is not null)
        {
            var next = skips.Peek();
            x = upsample.Forward(x, next.size(2), next.size(3));
        }
        return Observed(x).MoveToOuterDisposeScope();
    }

    // The joined tensor lives inside the segment, so that checkpointing keeps only its two parts, which others hold anyway.
    private Tensor Joined(int index, Tensor x, Tensor skip, Conditions conditions)
    {
        var block = ResBlocks[index];
        return Segment.Run(Options, inputs =>
        {
            using var scope = NewDisposeScope();
            return block.Forward(cat([inputs[0], inputs[1]], 1), inputs[2]).MoveToOuterDisposeScope();
        }, x, skip, conditions.ActivatedTime);
    }
}

using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>Self-attention, attention to the text, feed-forward; each normalised before and added to its input.</summary>
internal sealed class BasicTransformerBlock : Block
{
    private readonly CrossAttention attention1;
    private readonly FeedForward feedForward;
    private readonly CrossAttention attention2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;

    public BasicTransformerBlock(WeightSource weights, int heads, ForwardOptions options)
        : base(weights.Path)
    {
        // The order in which the original registers its parts, and so the order of the layers in a network.
        attention1 = Add(new CrossAttention(weights.At("attn1"), heads, options));
        feedForward = Add(new FeedForward(weights.At("ff")));
        attention2 = Add(new CrossAttention(weights.At("attn2"), heads, options));
        norm1 = Add(new LayerNorm(weights.At("norm1")));
        norm2 = Add(new LayerNorm(weights.At("norm2")));
        norm3 = Add(new LayerNorm(weights.At("norm3")));
    }

    /// <param name="x">[B, N, C]</param>
    /// <param name="context">[B, L, Cctx]</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x, Tensor context)
    {
        using var scope = NewDisposeScope();
        x = attention1.Forward(norm1.Forward(x), null).add_(x);
        x = attention2.Forward(norm2.Forward(x), context).add_(x);
        x = feedForward.Forward(norm3.Forward(x)).add_(x);
        return Observed(x).MoveToOuterDisposeScope();
    }
}

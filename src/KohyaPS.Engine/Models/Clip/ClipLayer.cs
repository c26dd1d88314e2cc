using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>One layer of a text encoder: attention and feed-forward, each normalised before and added to its input.</summary>
internal sealed class ClipLayer : Block
{
    private readonly ClipAttention attention;
    private readonly LayerNorm norm1;
    private readonly ClipMlp mlp;
    private readonly LayerNorm norm2;

    public ClipLayer(WeightSource weights, ClipConfig config, ForwardOptions options)
        : base(weights.Path)
    {
        attention = Add(new ClipAttention(weights.At("self_attn"), config.Heads, options));
        norm1 = Add(new LayerNorm(weights.At("layer_norm1"), config.NormEpsilon));
        mlp = Add(new ClipMlp(weights.At("mlp"), config.Activation));
        norm2 = Add(new LayerNorm(weights.At("layer_norm2"), config.NormEpsilon));
    }

    /// <param name="x">[B, N, C]</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = attention.Forward(norm1.Forward(x)).add_(x);
        x = mlp.Forward(norm2.Forward(x)).add_(x);
        return Observed(x).MoveToOuterDisposeScope();
    }
}

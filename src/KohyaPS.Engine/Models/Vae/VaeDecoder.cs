using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>From latents to pixels, eight times the size.</summary>
internal sealed class VaeDecoder : Block
{
    private readonly Conv2d convIn;
    private readonly VaeMidBlock midBlock;
    private readonly List<VaeLevel> levels = [];
    private readonly GroupNorm normOut;
    private readonly Conv2d convOut;

    public VaeDecoder(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        convIn = Add(new Conv2d(weights.At("conv_in")));
        midBlock = Add(new VaeMidBlock(weights.At("mid_block"), groups, epsilon));
        for (var i = 0; weights.HasBelow($"up_blocks.{i}"); i++)
            levels.Add(Add(new VaeLevel(weights.At($"up_blocks.{i}"), groups, epsilon)));
        normOut = Add(new GroupNorm(weights.At("conv_norm_out"), groups, epsilon));
        convOut = Add(new Conv2d(weights.At("conv_out")));
    }

    /// <param name="x">Freed on the way; [B, C, h, w]</param>
    /// <returns>[B, 3, 8 h, 8 w]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Observed(ImageChain.Run(x, [convIn.Forward, midBlock.Forward, .. levels.Select(level => (Func<Tensor, Tensor>)level.Forward), normOut.Forward, h => nn.functional.silu(h), convOut.Forward])).MoveToOuterDisposeScope();
    }
}

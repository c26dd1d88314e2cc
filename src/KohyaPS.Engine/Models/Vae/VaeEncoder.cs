using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>From pixels to the moments of the latents, an eighth of the size.</summary>
internal sealed class VaeEncoder : Block
{
    private readonly Conv2d convIn;
    private readonly List<VaeLevel> levels = [];
    private readonly VaeMidBlock midBlock;
    private readonly GroupNorm normOut;
    private readonly Conv2d convOut;

    public VaeEncoder(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        convIn = Add(new Conv2d(weights.At("conv_in")));
        for (var i = 0; weights.HasBelow($"down_blocks.{i}"); i++)
            levels.Add(Add(new VaeLevel(weights.At($"down_blocks.{i}"), groups, epsilon)));
        midBlock = Add(new VaeMidBlock(weights.At("mid_block"), groups, epsilon));
        normOut = Add(new GroupNorm(weights.At("conv_norm_out"), groups, epsilon));
        convOut = Add(new Conv2d(weights.At("conv_out")));
    }

    /// <param name="x">Freed on the way; [B, 3, H, W]</param>
    /// <returns>[B, 2 C, H/8, W/8]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Observed(ImageChain.Run(x, [convIn.Forward, .. levels.Select(level => (Func<Tensor, Tensor>)level.Forward), midBlock.Forward, normOut.Forward, h => nn.functional.silu(h), convOut.Forward])).MoveToOuterDisposeScope();
    }
}

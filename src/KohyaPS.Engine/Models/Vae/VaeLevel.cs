using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>One level of encoder or decoder: ResBlocks, then the change of size that the weights hold, if any.</summary>
internal sealed class VaeLevel : Block
{
    private readonly List<ResBlock> resBlocks = [];
    private readonly Downsample? downsample;
    private readonly Upsample? upsample;

    public VaeLevel(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        for (var i = 0; weights.HasBelow($"resnets.{i}"); i++)
            resBlocks.Add(Add(new ResBlock(weights.At($"resnets.{i}"), groups, epsilon)));
        downsample = weights.HasBelow("downsamplers") ? Add(new Downsample(weights.At("downsamplers.0"), padsRightAndBottom: true)) : null;
        upsample = weights.HasBelow("upsamplers") ? Add(new Upsample(weights.At("upsamplers.0"))) : null;
    }

    /// <param name="x">Freed on the way; [B, in, h, w]</param>
    /// <returns>[B, out, h', w']</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Observed(ImageChain.Run(x, Steps())).MoveToOuterDisposeScope();
    }

    private IEnumerable<Func<Tensor, Tensor>> Steps()
    {
        foreach (var block in resBlocks)
            yield return x => block.Forward(x, null);
        if (downsample is not null)
            yield return downsample.Forward;
        if (upsample is not null)
            yield return x => upsample.Forward(x, 2 * x.size(2), 2 * x.size(3));
    }
}

using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>
/// What the down, up and middle blocks share: ResBlocks, transformers (on the levels that have them), a down- or an upsampler.
/// Which of them there are is read from the weights.
/// </summary>
internal abstract class UnetBlock : Block
{
    protected UnetBlock(WeightSource weights, int heads, UnetConfig config, ForwardOptions options)
        : base(weights.Path)
    {
        Options = options;
        var attentions = weights.At("attentions");
        for (var i = 0; attentions.HasBelow($"{i}"); i++)
            Transformers.Add(Add(new Transformer2D(attentions.At(i), heads, config.NormGroups, options)));
        var resnets = weights.At("resnets");
        for (var i = 0; resnets.HasBelow($"{i}"); i++)
            ResBlocks.Add(Add(new ResBlock(resnets.At(i), config.NormGroups, config.NormEpsilon)));
    }

    protected ForwardOptions Options { get; }

    protected List<ResBlock> ResBlocks { get; } = [];

    protected List<Transformer2D> Transformers { get; } = [];

    /// <summary>The ResBlock, as a segment of its own for checkpointing.</summary>
    protected Tensor Residual(int index, Tensor x, Conditions conditions)
    {
        var block = ResBlocks[index];
        return Segment.Run(Options, inputs => block.Forward(inputs[0], inputs[1]), x, conditions.ActivatedTime);
    }

    /// <summary>The transformer; levels without one pass x on.</summary>
    protected Tensor Attended(int index, Tensor x, Conditions conditions) =>
        index < Transformers.Count ? Transformers[index].Forward(x, conditions.Context) : x;
}

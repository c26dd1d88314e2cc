using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>
/// Transformer blocks over the pixels of an image. The projections before and after are 1x1 convolutions or linear layers, as the file has them.
/// </summary>
internal sealed class Transformer2D : Block
{
    // Not the U-Net's 1e-5: the original gives this norm its own.
    private const double NormEpsilon = 1e-6;

    private readonly GroupNorm norm;
    private readonly IAdaptableLayer projectIn;
    private readonly List<BasicTransformerBlock> blocks = [];
    private readonly IAdaptableLayer projectOut;
    private readonly ForwardOptions options;

    public Transformer2D(WeightSource weights, int heads, int groups, ForwardOptions options)
        : base(weights.Path)
    {
        this.options = options;
        norm = Add(new GroupNorm(weights.At("norm"), groups, NormEpsilon));
        projectIn = Projection(weights.At("proj_in"));
        var below = weights.At("transformer_blocks");
        for (var i = 0; below.HasBelow($"{i}"); i++)
            blocks.Add(Add(new BasicTransformerBlock(below.At(i), heads, options)));
        projectOut = Projection(weights.At("proj_out"));
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.Transformer;

    /// <param name="x">[B, C, h, w]</param>
    /// <param name="context">[B, L, Cctx]</param>
    /// <returns>[B, C, h, w]</returns>
    public Tensor Forward(Tensor x, Tensor context)
    {
        using var scope = NewDisposeScope();
        // Each block is a segment for checkpointing: SDXL has ten in a row. The ends belong to the first and the last one.
        var current = x;
        for (var i = 0; i < blocks.Count; i++)
        {
            var index = i;
            Tensor[] inputs = 0 < i && i == blocks.Count - 1 ? [current, context, x] : [current, context];
            current = Segment.Run(options, given => Part(index, given[0], given[1], given.Length > 2 ? given[2] : given[0]), inputs);
        }
        return Observed(current).MoveToOuterDisposeScope();
    }

    private Tensor Part(int index, Tensor current, Tensor context, Tensor x)
    {
        using var scope = NewDisposeScope();
        var tokens = blocks[index].Forward(index == 0 ? Enter(norm.Forward(x)) : current, context);     // [B, h w, C]
        // In this order: the result lies as the first one does.
        return (index == blocks.Count - 1 ? x + Leave(tokens, x.size(2), x.size(3)) : tokens).MoveToOuterDisposeScope();
    }

    private Tensor Enter(Tensor x) => projectIn switch
    {
        Conv2d conv => conv.ForwardTokens(x.flatten(2).transpose(1, 2), x.size(2), x.size(3)) ?? conv.Forward(x).flatten(2).transpose(1, 2),
        Linear linear => linear.Forward(x.flatten(2).transpose(1, 2)),
        _ => throw new InvalidOperationException($"{projectIn.Path} is neither a convolution nor a linear layer."),
    };

    private Tensor Leave(Tensor tokens, long height, long width) => projectOut switch
    {
        Conv2d conv => conv.ForwardTokens(tokens, height, width)?.transpose(1, 2).unflatten(2, [height, width]) ?? conv.Forward(tokens.transpose(1, 2).unflatten(2, [height, width])),
        Linear linear => linear.Forward(tokens).transpose(1, 2).unflatten(2, [height, width]),
        _ => throw new InvalidOperationException($"{projectOut.Path} is neither a convolution nor a linear layer."),
    };

    private IAdaptableLayer Projection(WeightSource weights) =>
        weights.Shape("weight").Length == 2 ? Add(new Linear(weights)) : Add(new Conv2d(weights));
}

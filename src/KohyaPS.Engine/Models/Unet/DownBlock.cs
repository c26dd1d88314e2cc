using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>One level on the way down; leaves every intermediate result for the way up.</summary>
internal sealed class DownBlock : UnetBlock
{
    private readonly Downsample? downsample;

    public DownBlock(WeightSource weights, int heads, UnetConfig config, ForwardOptions options)
        : base(weights, heads, config, options)
    {
        downsample = weights.HasBelow("downsamplers") ? Add(new Downsample(weights.At("downsamplers.0"), padsRightAndBottom: false)) : null;
    }

    /// <param name="x">[B, in, h, w]</param>
    /// <param name="conditions">Time and text.</param>
    /// <param name="skips">Receives the result of each ResBlock (with its transformer) and of the downsampler.</param>
    /// <returns>[B, out, h/2, w/2], or the full size on the last level.</returns>
    public Tensor Forward(Tensor x, Conditions conditions, Stack<Tensor> skips)
    {
        for (var i = 0; i < ResBlocks.Count; i++)
        {
            x = Attended(i, Residual(i, x, conditions), conditions);
            skips.Push(x);
        }
        if (downsample is not null)
        {
            x = downsample.Forward(x);
            skips.Push(x);
        }
        return Observed(x);
    }
}

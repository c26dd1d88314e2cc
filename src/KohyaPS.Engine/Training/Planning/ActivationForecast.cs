using System.Globalization;
using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>
/// How many numbers a U-Net keeps for the backward pass, counted block by block from the shapes in the file: the inputs of norms,
/// activations, convolutions and adapters, and what attention saves. Frozen linear layers keep nothing themselves.
/// </summary>
internal sealed class ActivationForecast
{
    // Values kept for each pixel, in units of the block's channels; see the methods that count them.
    private const int ResBlockValuesOfInput = 3;        // norm1, SiLU, conv1
    private const int ResBlockValuesOfOutput = 3;       // norm2, SiLU, conv2
    private const int TransformerEnds = 3;              // norm, proj_in, proj_out
    private const int TransformerBlockValues = 31;      // 3 norms; self-attention x, q, k, v, out, projected; cross-attention x, q, out, projected; feed-forward x, 2 x 4 halves, 4 GELU, 4 product

    private readonly ITensorStore unet;
    private readonly int levels;
    private readonly int heads;

    /// <param name="unet">The U-Net's tensors under their diffusers names; only shapes are read.</param>
    /// <param name="heads">Attention heads, for the explicit kernel's probabilities.</param>
    public ActivationForecast(ITensorStore unet, int heads)
    {
        this.unet = unet;
        this.heads = heads;
        levels = 1 + unet.Names.Where(n => n.StartsWith("down_blocks.", StringComparison.Ordinal))
            .Select(n => int.Parse(n.Split('.')[1], CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Values kept for one picture.</summary>
    /// <param name="latentWidth">Width of the latents.</param>
    /// <param name="latentHeight">Height of the latents.</param>
    /// <param name="keepsProbabilities">True where attention keeps its probabilities (explicit kernel), false for the fused kernel.</param>
    public long Values(int latentWidth, int latentHeight, bool keepsProbabilities) =>
        Blocks(latentWidth, latentHeight, keepsProbabilities).Sum(b => b.Values);

    /// <summary>Values kept for one picture with checkpointing: the boundaries of all blocks, and the insides of the largest.</summary>
    /// <inheritdoc cref="Values"/>
    public long CheckpointedValues(int latentWidth, int latentHeight, bool keepsProbabilities)
    {
        var blocks = Blocks(latentWidth, latentHeight, keepsProbabilities).ToList();
        return blocks.Sum(b => b.Boundary) + blocks.Max(b => b.Values);
    }

    private IEnumerable<(long Values, long Boundary)> Blocks(int width, int height, bool keepsProbabilities)
    {
        foreach (var name in unet.Names)
        {
            var pixels = PixelsAt(name, width, height);
            if (name.EndsWith(".conv1.weight", StringComparison.Ordinal))
            {
                var shape = unet.Shape(name);
                var shortcut = unet.Contains(name.Replace(".conv1.", ".conv_shortcut.", StringComparison.Ordinal)) ? shape[1] : 0;
                yield return (pixels * (ResBlockValuesOfInput * shape[1] + ResBlockValuesOfOutput * shape[0] + shortcut), pixels * shape[1]);
            }
            else if (name.EndsWith(".proj_in.weight", StringComparison.Ordinal))
            {
                var channels = unet.Shape(name)[0];
                yield return (pixels * TransformerEnds * channels, pixels * channels);
            }
            else if (name.EndsWith(".attn1.to_q.weight", StringComparison.Ordinal))
            {
                var channels = unet.Shape(name)[0];
                var probabilities = keepsProbabilities ? heads * pixels * pixels : 0;
                yield return (pixels * TransformerBlockValues * channels + probabilities, pixels * channels);
            }
        }
    }

    private long PixelsAt(string name, int width, int height)
    {
        var parts = name.Split('.');
        var level = parts[0] switch
        {
            "down_blocks" => int.Parse(parts[1], CultureInfo.InvariantCulture),
            "up_blocks" => levels - 1 - int.Parse(parts[1], CultureInfo.InvariantCulture),
            "mid_block" => levels - 1,
            _ => 0,
        };
        // Each level halves both sides, rounded up.
        for (var i = 0; i < level; i++)
            (width, height) = ((width + 1) / 2, (height + 1) / 2);
        return (long)width * height;
    }
}

using System.Globalization;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers.Attention;

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

    private const string AttentionQuery = ".attn1.to_q.weight";

    // One chunk of a prompt.
    private const long TextKeys = 77;

    private readonly ITensorStore unet;
    private readonly IReadOnlyCollection<string> names;
    private readonly int levels;
    private readonly Func<int, int> headsAt;
    private readonly bool keepsProbabilities;

    /// <param name="unet">The U-Net's tensors under their diffusers names; only shapes are read.</param>
    /// <param name="names">The tensors that it has by its configuration: a file may hold others, under any name.</param>
    /// <param name="headsAt">Attention heads of a level, 0 being the finest, for the explicit kernel's probabilities.</param>
    /// <param name="keepsProbabilities">Whether that kernel takes the calls with few keys; on a card the fused one takes all.</param>
    public ActivationForecast(ITensorStore unet, IReadOnlyCollection<string> names, Func<int, int> headsAt, bool keepsProbabilities = true)
    {
        (this.unet, this.names, this.headsAt, this.keepsProbabilities) = (unet, names, headsAt, keepsProbabilities);
        levels = 1 + names.Where(n => n.StartsWith("down_blocks.", StringComparison.Ordinal))
            .Select(n => int.Parse(n.Split('.')[1], CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Values kept for one picture.</summary>
    /// <param name="latentWidth">Width of the latents.</param>
    /// <param name="latentHeight">Height of the latents.</param>
    public long Values(int latentWidth, int latentHeight) => Blocks(latentWidth, latentHeight).Sum(b => b.Values);

    /// <summary>Values kept for one picture with checkpointing: the boundaries of all blocks, and the insides of the largest.</summary>
    /// <inheritdoc cref="Values"/>
    public long CheckpointedValues(int latentWidth, int latentHeight)
    {
        var segments = Blocks(latentWidth, latentHeight).GroupBy(b => b.Segment)
            .Select(s => (Values: s.Sum(b => b.Values), Boundary: s.Max(b => b.Boundary))).ToList();
        return segments.Sum(s => s.Boundary) + segments.Max(s => s.Values);
    }

    private IEnumerable<(string Segment, long Values, long Boundary)> Blocks(int width, int height)
    {
        foreach (var name in names)
        {
            var level = LevelOf(name);
            var pixels = PixelsAt(level, width, height);
            // down_blocks.1.resnets.0, mid_block.attentions.0.transformer_blocks.1; the ends of a transformer go with its first block.
            var layer = string.Join('.', name.Split('.').Take(name.StartsWith("mid_block", StringComparison.Ordinal) ? 3 : 4));
            if (name.EndsWith(".conv1.weight", StringComparison.Ordinal))
            {
                var shape = unet.Shape(name);
                var shortcut = unet.Contains(name.Replace(".conv1.", ".conv_shortcut.", StringComparison.Ordinal)) ? shape[1] : 0;
                yield return (layer, pixels * (ResBlockValuesOfInput * shape[1] + ResBlockValuesOfOutput * shape[0] + shortcut), pixels * shape[1]);
            }
            else if (name.EndsWith(".proj_in.weight", StringComparison.Ordinal))
            {
                var channels = unet.Shape(name)[0];
                yield return ($"{layer}.transformer_blocks.0", pixels * TransformerEnds * channels, pixels * channels);
            }
            else if (name.EndsWith(AttentionQuery, StringComparison.Ordinal))
            {
                var channels = unet.Shape(name)[0];
                // Kept where keys are few: those of the text, and those of a small image.
                var probabilities = !keepsProbabilities ? 0 : headsAt(level) * pixels * (TextKeys + (pixels <= AttentionKernels.ShortKeys ? pixels : 0));
                yield return (name[..^AttentionQuery.Length], pixels * TransformerBlockValues * channels + probabilities, pixels * channels);
            }
        }
    }

    private int LevelOf(string name)
    {
        var parts = name.Split('.');
        return parts[0] switch
        {
            "down_blocks" => int.Parse(parts[1], CultureInfo.InvariantCulture),
            "up_blocks" => levels - 1 - int.Parse(parts[1], CultureInfo.InvariantCulture),
            "mid_block" => levels - 1,
            _ => 0,
        };
    }

    private static long PixelsAt(int level, int width, int height)
    {
        // Each level halves both sides, rounded up.
        for (var i = 0; i < level; i++)
            (width, height) = ((width + 1) / 2, (height + 1) / 2);
        return (long)width * height;
    }
}

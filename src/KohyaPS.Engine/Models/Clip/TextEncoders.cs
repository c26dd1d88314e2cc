using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>The text encoders of a model: one (SD1, SD2), or two that look at the same text (SDXL).</summary>
/// <param name="first">The only one, or the first.</param>
/// <param name="second">The one whose state is pooled; null where there is one.</param>
internal sealed class TextEncoders(ClipTextEncoder first, ClipTextEncoder? second) : IDisposable
{
    /// <summary>The encoders in their order.</summary>
    public IReadOnlyList<ClipTextEncoder> All { get; } = second is null ? [first] : [first, second];

    /// <summary>Where the weights are, and the ids must be.</summary>
    public Device Device => first.Device;

    /// <summary>Keeps only the boundaries of layers for the backward pass.</summary>
    public bool UseCheckpointing
    {
        set
        {
            foreach (var encoder in All)
                encoder.Options.UseCheckpointing = value;
        }
    }

    /// <summary>What the texts say to the U-Net.</summary>
    /// <param name="ids">For each encoder [B, n, 77] int64, n chunks a text.</param>
    /// <param name="endToken">Id of the end token, where the text is pooled.</param>
    /// <param name="clipSkip">1 takes the last layer; two encoders have their own rule and do not look at it.</param>
    /// <param name="weights">For each encoder [B, n, 77] weights of the tokens; null where all count alike.</param>
    public TextConditions Encode(IReadOnlyList<Tensor> ids, long endToken, int clipSkip = 1, IReadOnlyList<Tensor>? weights = null)
    {
        if (second is null)
            return new(TextConditioning.Encode(first, ids[0], clipSkip, weights?[0]), null);
        var (states, pooled) = TextConditioning.EncodeBoth(first, second, ids[0], ids[1], endToken, weights?[0], weights?[1]);
        return new(states, pooled);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var encoder in All)
            encoder.Dispose();
    }
}

using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>From token ids to the context of a U-Net, as training uses it: long prompts joined, optionally weighted.</summary>
internal static class TextConditioning
{
    // SDXL takes the output of layer 11 of its first encoder (12 layers) and the last but one of its second.
    private const int SdxlClipSkip = 2;

    /// <summary>SD1 and SD2: the states of one encoder after its final norm.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="ids">[B, n, 77] int64, n chunks a prompt.</param>
    /// <param name="clipSkip">1 takes the last layer.</param>
    /// <param name="weights">[B, n, 77] weights of the tokens, or null.</param>
    /// <returns>[B, 75 n + 2, C]</returns>
    public static Tensor Encode(ClipTextEncoder encoder, Tensor ids, int clipSkip = 1, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        var joined = PromptChunks.Join(encoder.Encode(ids.flatten(0, 1), clipSkip), (int)ids.size(1));
        return Weigh(joined, weights).MoveToOuterDisposeScope();
    }

    /// <summary>SDXL: the states of two encoders side by side, without final norms, and the pooled text of the second.</summary>
    /// <param name="first">CLIP ViT-L.</param>
    /// <param name="second">OpenCLIP ViT-bigG.</param>
    /// <param name="ids">[B, n, 77] ids for the first encoder.</param>
    /// <param name="ids2">[B, n, 77] ids for the second, which pads differently.</param>
    /// <param name="endToken">Id of the end token.</param>
    /// <param name="weights">Weights of the tokens of <paramref name="ids"/>, or null.</param>
    /// <param name="weights2">Weights of the tokens of <paramref name="ids2"/>, or null.</param>
    /// <returns>Context [B, 75 n + 2, C1 + C2]; pooled [B, P], that of the first chunk.</returns>
    public static (Tensor Context, Tensor Pooled) EncodeBoth(
        ClipTextEncoder first, ClipTextEncoder second, Tensor ids, Tensor ids2, long endToken, Tensor? weights = null, Tensor? weights2 = null)
    {
        using var scope = NewDisposeScope();
        var chunks = (int)ids.size(1);
        var states1 = Weigh(PromptChunks.Join(first.Encode(ids.flatten(0, 1), SdxlClipSkip, applyFinalNorm: false), chunks), weights);
        var hidden2 = second.HiddenStates(ids2.flatten(0, 1));
        var states2 = Weigh(PromptChunks.Join(hidden2[^SdxlClipSkip], chunks), weights2);
        var lastState = second.FinalNorm(hidden2[^1]);
        var firstChunk = lastState.unflatten(0, [-1, chunks]).select(1, 0);
        var pooled = second.Pooled(firstChunk, ids2.select(1, 0), endToken);
        return (cat([states1, states2], 2).MoveToOuterDisposeScope(), pooled.MoveToOuterDisposeScope());
    }

    private static Tensor Weigh(Tensor joined, Tensor? weights) => weights is null ? joined : PromptChunks.Weighted(joined, weights);
}

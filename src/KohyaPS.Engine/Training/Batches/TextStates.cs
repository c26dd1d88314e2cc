using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>
/// Turns captions into what the step needs: token ids where the text encoder is trained; else its states, each caption encoded once. A
/// frozen encoder gives the same states every time, so keeping them changes no number and spares its pass in every step.
/// </summary>
/// <param name="tokenizer">Splits captions.</param>
/// <param name="maxTokenLength">75, 150 or 225.</param>
/// <param name="frozenEncoder">The encoder whose states are kept; null gives token ids.</param>
/// <param name="clipSkip">1 takes the encoder's last layer.</param>
internal sealed class TextStates(ClipTokenizer tokenizer, int maxTokenLength, ClipTextEncoder? frozenEncoder, int clipSkip) : IDisposable
{
    // Captions that change every time (shuffled tags) are encoded as they come once this many are kept: about 0.25 MB each.
    private const int MaxKept = 2048;
    private readonly Dictionary<string, Tensor> kept = new(StringComparer.Ordinal);

    /// <summary>[B, n, 77] int64 ids of a batch's captions.</summary>
    public Tensor Ids(IReadOnlyList<string> captions)
    {
        using var scope = NewDisposeScope();
        var rows = captions.Select(c => stack(tokenizer.EncodeChunks(c, maxTokenLength).Select(chunk => tensor(chunk, dtype: int64)).ToArray())).ToArray();
        return stack(rows).MoveToOuterDisposeScope();
    }

    /// <summary>[B, L, C] states of a batch's captions; null where the encoder is trained.</summary>
    public Tensor? States(IReadOnlyList<string> captions)
    {
        if (frozenEncoder is null)
            return null;
        using var scope = NewDisposeScope();
        return cat(captions.Select(StateOf).ToArray(), 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in kept.Values)
            state.Dispose();
        kept.Clear();
    }

    private Tensor StateOf(string caption)
    {
        if (kept.TryGetValue(caption, out var known))
            return known;
        using var grad = no_grad();
        using var ids = HostTransfer.Move(Ids([caption]), frozenEncoder!.Device);
        // Kept in the processor's memory, of which there is more.
        var state = HostTransfer.Move(TextConditioning.Encode(frozenEncoder, ids, clipSkip), CPU);      // [1, L, C]
        if (kept.Count < MaxKept)
            kept.Add(caption, state.DetachFromDisposeScope());
        return state;
    }
}

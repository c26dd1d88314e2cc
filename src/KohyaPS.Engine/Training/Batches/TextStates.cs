using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>
/// Turns captions into what the step needs: token ids where the text encoder is trained; else what the captions say, each encoded once. A
/// frozen encoder gives the same states every time, so keeping them changes no number and spares its pass in every step.
/// </summary>
/// <param name="tokenizers">Split captions, one for each text encoder.</param>
/// <param name="maxTokenLength">75, 150 or 225.</param>
/// <param name="frozenEncoders">The encoders whose states are kept; null gives token ids.</param>
/// <param name="clipSkip">1 takes the encoder's last layer.</param>
/// <param name="readsWeights">Whether captions hold weights such as (word:1.3).</param>
internal sealed class TextStates(IReadOnlyList<ClipTokenizer> tokenizers, int maxTokenLength, TextEncoders? frozenEncoders, int clipSkip, bool readsWeights) : IDisposable
{
    // Captions that change every time (shuffled tags) are encoded as they come once this many are kept: 0.25 MB each, for SDXL 0.6 MB.
    private const int MaxKept = 2048;
    private readonly Dictionary<string, TextConditions> kept = new(StringComparer.Ordinal);
    private ITextStore? stored;

    /// <summary>The tokens of a batch's captions, for each text encoder [B, n, 77] int64 ids, and where captions have weights [B, n, 77] float32 weights.</summary>
    public (IReadOnlyList<Tensor> Ids, IReadOnlyList<Tensor>? Weights) Tokens(IReadOnlyList<string> captions)
    {
        if (!readsWeights)
            return ([.. tokenizers.Select(t => Stacked(captions.Select(c => t.EncodeChunks(c, maxTokenLength).Select(Row))))], null);
        var rows = tokenizers.Select(t => captions.Select(c => t.EncodeWeightedChunks(c, maxTokenLength)).ToList()).ToList();
        return ([.. rows.Select(texts => Stacked(texts.Select(chunks => chunks.Select(row => Row(row.Ids)))))],
            [.. rows.Select(texts => Stacked(texts.Select(chunks => chunks.Select(row => tensor(row.Weights)))))]);
    }

    /// <summary>What a batch's captions say; null where the encoder is trained.</summary>
    public TextConditions? Conditions(IReadOnlyList<string> captions) =>
        frozenEncoders is null ? null : TextConditions.Join([.. captions.Select(ConditionsOf)]);

    /// <summary>Encodes captions that will be asked for, so that the encoders can leave memory afterwards.</summary>
    /// <param name="texts">The captions, each with a picture that has it; those that are there twice are encoded once.</param>
    /// <param name="store">Keeps them on disk; null keeps them in memory.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Files that were there and could not be used: damaged, or of another caption.</returns>
    public IReadOnlyList<string> Fill(IReadOnlyList<(string Caption, TrainingImage Image)> texts, ITextStore? store, Action<int> progress, CancellationToken stop)
    {
        var replaced = new List<string>();
        for (var i = 0; i < texts.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            progress(i);
            using var scope = NewDisposeScope();
            if (store is null)
                Keep(texts[i].Caption);
            else if (store.Find(texts[i].Caption, texts[i].Image) is null)
            {
                replaced.AddRange(new[] { store.FileOf(texts[i].Caption, texts[i].Image) }.OfType<string>());
                store.Write(texts[i].Caption, texts[i].Image, Encode(texts[i].Caption));
            }
        }
        stored = store;
        progress(texts.Count);
        return replaced;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var text in kept.Values)
            text.Dispose();
        kept.Clear();
    }

    private TextConditions ConditionsOf(string caption)
    {
        if (kept.TryGetValue(caption, out var known))
            return known;
        if (stored?.Find(caption, image: null) is { } found)
            return found;
        var text = Encode(caption);
        if (kept.Count < MaxKept)
            kept.Add(caption, text.DetachFromDisposeScope());
        return text;
    }

    private void Keep(string caption)
    {
        if (!kept.ContainsKey(caption))
            kept.Add(caption, Encode(caption).DetachFromDisposeScope());
    }

    private TextConditions Encode(string caption)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var (ids, weights) = Tokens([caption]);
        var text = frozenEncoders!.Encode(Moved(ids)!, tokenizers[^1].Specials.End, clipSkip, Moved(weights));
        // Kept in the processor's memory, of which there is more.
        return new TextConditions(HostTransfer.To(text.States, CPU), text.Pooled is { } pooled ? HostTransfer.To(pooled, CPU) : null).MoveToOuterDisposeScope();
    }

    private List<Tensor>? Moved(IReadOnlyList<Tensor>? tokens) => tokens?.Select(t => HostTransfer.To(t, frozenEncoders!.Device)).ToList();

    private static Tensor Stacked(IEnumerable<IEnumerable<Tensor>> captions)
    {
        using var scope = NewDisposeScope();
        return stack(captions.Select(rows => stack(rows.ToArray())).ToArray()).MoveToOuterDisposeScope();
    }

    private static Tensor Row(int[] ids) => tensor(ids, dtype: int64);
}

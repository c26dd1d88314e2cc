using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>
/// The text encoder of CLIP (Radford et al. 2021, arXiv 2103.00020) and OpenCLIP. Its embeddings are never trained.
/// </summary>
internal sealed class ClipTextEncoder : Block
{
    private readonly Tensor tokenEmbedding;
    private readonly Tensor positionEmbedding;
    private readonly List<ClipLayer> layers = [];
    private readonly LayerNorm finalNorm;
    private readonly Linear? projection;
    private readonly bool turnsProjection;

    /// <param name="weights">The encoder's tensors under their transformers names, read in the compute type.</param>
    /// <param name="config">What the tensors do not tell.</param>
    public ClipTextEncoder(WeightSource weights, ClipConfig config)
        : base(weights.Path)
    {
        var model = weights.At("text_model");
        tokenEmbedding = Own("text_model.embeddings.token_embedding.weight", model.Get("embeddings.token_embedding.weight"));
        positionEmbedding = Own("text_model.embeddings.position_embedding.weight", model.Get("embeddings.position_embedding.weight"));
        var below = model.At("encoder.layers");
        for (var i = 0; below.HasBelow($"{i}"); i++)
            layers.Add(Add(new ClipLayer(below.At(i), config, Options)));
        finalNorm = Add(new LayerNorm(model.At("final_layer_norm"), config.NormEpsilon));
        turnsProjection = config.TurnsProjection;
        projection = weights.HasBelow("text_projection") ? Add(new Linear(weights.At("text_projection").Exact)) : null;
    }

    /// <summary>Checkpointing and attention algorithm; may change between calls.</summary>
    public ForwardOptions Options { get; } = new();

    /// <summary>The compute type: that of the weights.</summary>
    public ScalarType DType => tokenEmbedding.dtype;

    /// <summary>Where the weights are, and the inputs must be.</summary>
    public Device Device => tokenEmbedding.device;

    /// <summary>Number of layers.</summary>
    public int LayerCount => layers.Count;

    /// <summary>Number of tokens that have an embedding.</summary>
    public long VocabularySize => tokenEmbedding.size(0);

    /// <summary>Width of a state.</summary>
    public long HiddenSize => tokenEmbedding.size(1);

    /// <summary>The most tokens of one chunk: 77.</summary>
    public long MaxPositions => positionEmbedding.size(0);

    /// <summary>The states that condition a U-Net.</summary>
    /// <param name="ids">[B, N] int64 token ids, N at most 77.</param>
    /// <param name="clipSkip">1 takes the last layer's output, 2 the one before it, and so on. Layers above are not computed.</param>
    /// <param name="applyFinalNorm">False gives the bare layer output, as SDXL wants it.</param>
    /// <returns>[B, N, C] in the compute type</returns>
    public Tensor Encode(Tensor ids, int clipSkip = 1, bool applyFinalNorm = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clipSkip, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clipSkip, layers.Count);
        using var scope = NewDisposeScope();
        var states = RunLayers(ids, layers.Count + 1 - clipSkip).Last();
        return (applyFinalNorm ? FinalNorm(states) : states).MoveToOuterDisposeScope();
    }

    /// <summary>The embeddings, then the output of each layer, before the final norm.</summary>
    /// <param name="ids">[B, N] int64 token ids, N at most 77.</param>
    /// <returns>LayerCount + 1 tensors [B, N, C]</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor ids) => [.. RunLayers(ids, layers.Count)];

    /// <summary>The layer norm after the last layer.</summary>
    public Tensor FinalNorm(Tensor states) => finalNorm.Forward(states);

    /// <summary>The state at the first end token, projected: the pooled text of SDXL.</summary>
    /// <param name="lastState">[B, N, C] the last layer's output after the final norm.</param>
    /// <param name="ids">[B, N] the ids that gave it.</param>
    /// <param name="endToken">Id of the end token; where a row has none, its first position counts.</param>
    /// <returns>[B, P]; without a projection in the file P = C.</returns>
    public Tensor Pooled(Tensor lastState, Tensor ids, long endToken)
    {
        using var scope = NewDisposeScope();
        // argmax gives the first of equal values.
        var positions = ids.eq(endToken).to(int32).argmax(1);
        var rows = arange(ids.size(0), dtype: int64, device: ids.device);
        var pooled = lastState.index(TensorIndex.Tensor(rows), TensorIndex.Tensor(positions));
        var projected = projection is null ? pooled
            : turnsProjection ? nn.functional.linear(pooled, projection.Weight.t())
            : projection.Forward(pooled);
        return projected.MoveToOuterDisposeScope();
    }

    private IEnumerable<Tensor> RunLayers(Tensor ids, int count)
    {
        var x = Segment.Entrance(Options, Embed(ids));
        yield return x;
        foreach (var layer in layers.Take(count))
        {
            x = Segment.Run(Options, inputs => layer.Forward(inputs[0]), x);
            yield return x;
        }
    }

    private Tensor Embed(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var (batch, length) = (ids.size(0), ids.size(1));
        if (length > MaxPositions)
            throw new ArgumentException($"{length} tokens exceed the {MaxPositions} positions of the text encoder; split the prompt into chunks.", nameof(ids));
        var tokens = tokenEmbedding.index_select(0, ids.flatten()).view(batch, length, -1);
        return (tokens + positionEmbedding.narrow(0, 0, length)).MoveToOuterDisposeScope();
    }
}

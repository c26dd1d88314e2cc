using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// A part of a frozen model: it owns its weights and its children, and knows its dotted diffusers path.
/// </summary>
internal abstract class Block(string path) : IDisposable
{
    private readonly List<Block> children = [];
    private readonly List<KeyValuePair<string, Tensor>> ownWeights = [];

    /// <summary>Dotted diffusers path below the model part, for instance <c>mid_block.attentions.0.proj_in</c>; empty for the part itself.</summary>
    public string Path => path;

    /// <summary>The class of block that adapter networks choose layers by; <see cref="BlockKind.Other"/> for all they never look into.</summary>
    public virtual BlockKind Kind => BlockKind.Other;

    /// <summary>The direct children, in the order in which networks walk them.</summary>
    public IReadOnlyList<Block> Children => children;

    /// <summary>All weights of this block and below, under their full names.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights => ownWeights.Concat(children.SelectMany(c => c.Weights));

    /// <summary>Sees the output of every block on its way, when set; for tests that look for the first wrong block.</summary>
    private Action<string, Tensor>? Observer { get; set; }

    /// <summary>Shows the output of this block and of all below it to the observer; null ends it.</summary>
    public void Observe(Action<string, Tensor>? observer)
    {
        Observer = observer;
        foreach (var child in children)
            child.Observe(observer);
    }

    /// <summary>Every layer below that can take an adapter, with the nearest block that networks choose by.</summary>
    public IEnumerable<AdaptableLayer> AdaptableLayers() => AdaptableLayers(BlockKind.Other);

    /// <summary>Frees the weights of this block and of all below it.</summary>
    public void Dispose()
    {
        foreach (var child in children)
            child.Dispose();
        foreach (var weight in ownWeights)
            weight.Value.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes a child into this block.</summary>
    protected T Add<T>(T child)
        where T : Block
    {
        children.Add(child);
        return child;
    }

    /// <summary>Takes the ownership of a weight.</summary>
    protected Tensor Own(string name, Tensor weight)
    {
        ownWeights.Add(new(path.Length == 0 ? name : $"{path}.{name}", weight));
        return weight;
    }

    /// <summary>Reads a layer's weight and takes its ownership, with one byte a number where the source wants it so.</summary>
    /// <returns>The weight or its codes, and how to restore it from them.</returns>
    protected (Tensor Weight, Int8Weight? Packed) OwnWeight(WeightSource weights)
    {
        var exact = weights.Get("weight");
        if (!weights.PacksWeights)
            return (Own("weight", exact), null);
        using (exact)
        {
            var packed = Int8Weight.Of(exact);
            // Where it is the file's own, it was looked at for the last time.
            weights.Release(exact);
            Own("weight_scale", packed.Scales);
            return (Own("weight", packed.Codes), packed);
        }
    }

    /// <inheritdoc cref="Own(string, Tensor)"/>
    protected Tensor? OwnOptional(string name, Tensor? weight) => weight is null ? null : Own(name, weight);

    /// <summary>Passes the output on, past the observer.</summary>
    protected Tensor Observed(Tensor output) => Observed(path, output);

    /// <summary>Passes a value inside the block on, past the observer.</summary>
    protected Tensor Observed(string name, Tensor value)
    {
        Observer?.Invoke(name, value);
        return value;
    }

    private IEnumerable<AdaptableLayer> AdaptableLayers(BlockKind container)
    {
        if (this is IAdaptableLayer layer)
            yield return new(layer, container);
        var below = Kind == BlockKind.Other ? container : Kind;
        foreach (var found in children.SelectMany(c => c.AdaptableLayers(below)))
            yield return found;
    }
}

using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The tensors of a model part with the changes of networks added as they are read, in float32. What has none is read as it is stored.</summary>
/// <param name="model">The part.</param>
/// <param name="changes">By the tensor's name: modules in their order, and how much of each.</param>
internal sealed class ChangedStore(ITensorStore model, IReadOnlyDictionary<string, List<(StoredModule Module, double Ratio)>> changes) : ITensorStore
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => model.Names;

    /// <inheritdoc/>
    public bool Contains(string name) => model.Contains(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => model.Shape(name);

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!changes.TryGetValue(name, out var wanted))
            return model.Read(name);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var stored = model.Read(name);
        var weight = stored.to(ScalarType.Float32);
        foreach (var (module, ratio) in wanted)
            weight = module.AddTo(weight, ratio);
        model.Release(stored);
        return weight.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Release(Tensor read) => model.Release(read);
}

using KohyaPS.Engine.Checkpoints;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>The file of a network whose weights a training starts from.</summary>
internal sealed class InitialWeights : IDisposable
{
    private readonly TensorFileStore store;
    private readonly Dictionary<string, Dictionary<string, string>> modules;
    private readonly Dictionary<string, string> originalNames;

    private InitialWeights(TensorFileStore store)
    {
        this.store = store;
        modules = store.Names.Select(n => (Name: n, Key: LoraKey.Parse(n))).GroupBy(k => k.Key.Module, StringComparer.Ordinal)
            .ToDictionary(m => m.Key, m => m.GroupBy(k => k.Key.Role).ToDictionary(r => r.Key, r => r.First().Name, StringComparer.Ordinal), StringComparer.Ordinal);
        originalNames = modules.Keys.GroupBy(LayerNames.ToOriginal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    /// <summary>Opens a file; only its header is read.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="CheckpointFormatException">It is no usable file of tensors.</exception>
    public static InitialWeights Open(string path) => new(TensorFileStore.Open(path));

    /// <summary>Plans a network of the ranks and alphas in the file.</summary>
    /// <param name="network">Kind of network, and which parts are trained.</param>
    /// <param name="optimizer">Learning rates.</param>
    /// <param name="targets">All layers of the models that an adapter could be attached to.</param>
    public NetworkPlan Plan(NetworkSettings network, OptimizerSettings optimizer, IEnumerable<TargetLayer> targets)
    {
        var layers = targets.ToList();
        var shapes = modules.SelectMany(m => m.Value.Select(r => (Name: $"{m.Key}.{r.Key}", Shape: store.Shape(r.Value)))).ToDictionary(t => t.Name, t => t.Shape);
        var ranks = new Dictionary<string, (int, double?)>(FileRanks.Of(shapes, Alpha), StringComparer.Ordinal);
        foreach (var layer in layers)
            if (ModuleOf(layer) is { } module && ranks.TryGetValue(module, out var rank))
                ranks.TryAdd(layer.Name, rank);
        return NetworkPlan.FromRanks(network, optimizer, layers, ranks);
    }

    /// <summary>Gives the weights to a network.</summary>
    /// <returns>What did not fit, for the user; null when everything did.</returns>
    /// <exception cref="CheckpointFormatException">Nothing in the file belongs to the network.</exception>
    public string? LoadInto(AttachedNetwork network)
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var adapter in network.Adapters)
        {
            if (ModuleOf(adapter.Plan.Target) is not { } module)
                continue;
            used.Add(module);
            foreach (var (role, key) in modules[module])
                tensors[$"{adapter.Name}.{role}"] = store.Read(key);
        }
        if (used.Count == 0)
            throw new CheckpointFormatException(
                $"Nothing in '{store.Path}' belongs to the network that is to be trained; its first module is '{modules.Keys.FirstOrDefault()}'. Give a file of the same model family and NetworkModule with -NetworkWeights.");
        var report = network.Load(tensors);
        var strangers = modules.Keys.Count(m => !used.Contains(m));
        return (strangers, report.Missing.Count, report.Unknown.Count) switch
        {
            (0, 0, 0) => null,
            var (_, missing, unknown) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"NetworkWeights: {used.Count} modules of '{store.Path}' are taken over; {strangers} belong to layers that are not trained, {unknown} tensors are of another kind, and {missing} matrices of this network start anew. Set DimFromWeights to train just what the file holds."),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();

    // Files name the layers of SDXL's U-Net as the original model or as diffusers does.
    private string? ModuleOf(TargetLayer layer) => modules.ContainsKey(layer.Name) ? layer.Name
        : layer.OtherName is { } other && modules.ContainsKey(other) ? other
        : originalNames.GetValueOrDefault(layer.Name);

    private double? Alpha(string name)
    {
        var key = LoraKey.Parse(name);
        var stored = modules[key.Module][key.Role];
        return store[stored].ElementCount == 1 ? store.File.ReadFloats(stored)[0] : null;
    }
}

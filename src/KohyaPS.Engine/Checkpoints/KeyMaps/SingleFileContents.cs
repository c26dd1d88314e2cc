namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>The keys of a single file, sorted into parts.</summary>
internal sealed class SingleFileContents
{
    private readonly Dictionary<ModelPart, List<KeyMapping>> parts = [];

    /// <summary>Keys that belong to no part and are no known leftover.</summary>
    public List<string> Unexpected { get; } = [];

    /// <summary>The parts found.</summary>
    public IEnumerable<ModelPart> Parts => parts.Keys;

    /// <summary>The tensors of a part, in the order of the file; empty where the file lacks it.</summary>
    public IReadOnlyList<KeyMapping> this[ModelPart part] => parts.TryGetValue(part, out var found) ? found : [];

    /// <summary>Adds a tensor to a part.</summary>
    public void Add(ModelPart part, KeyMapping mapping)
    {
        if (!parts.TryGetValue(part, out var list))
            parts[part] = list = [];
        list.Add(mapping);
    }
}

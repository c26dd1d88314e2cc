using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>The tensors of one model part under their diffusers names, read from files through a key map.</summary>
internal sealed class MappedStore : ITensorStore
{
    private readonly Dictionary<string, (TensorFileStore Source, KeyMapping Mapping)> tensors = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private readonly HashSet<TensorFileStore> sources = [];
    private readonly string part;

    /// <param name="part">The part's name in messages.</param>
    /// <param name="sources">Where each tensor lies.</param>
    /// <exception cref="CheckpointFormatException">Two tensors have one name.</exception>
    public MappedStore(string part, IEnumerable<(TensorFileStore Source, KeyMapping Mapping)> sources)
    {
        this.part = part;
        foreach (var source in sources)
        {
            this.sources.Add(source.Source);
            if (!tensors.TryAdd(source.Mapping.Name, source))
                throw new CheckpointFormatException($"'{source.Source.Path}' has the {part}'s tensor '{source.Mapping.Name}' twice, also as '{source.Mapping.FileKey}'. Save the model again with one name for each.");
            if (!ScaledWeight.IsFactor(source.Mapping.Name))
                names.Add(source.Mapping.Name);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <inheritdoc/>
    public bool Contains(string name) => tensors.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name)
    {
        var (source, mapping) = Find(name);
        var shape = source.Shape(mapping.FileKey);
        return mapping.Operation switch
        {
            KeyOperation.Squeeze when shape.Length > 2 && shape[2..].All(d => d == 1) => shape[..2],
            KeyOperation.Transpose when shape.Length == 2 => [shape[1], shape[0]],
            KeyOperation.RowsQ or KeyOperation.RowsK or KeyOperation.RowsV when shape.Length > 0 => [shape[0] / 3, .. shape[1..]],
            _ => shape,
        };
    }

    /// <summary>The stored type of a tensor.</summary>
    public ScalarType Dtype(string name)
    {
        var (source, mapping) = Find(name);
        return ScaledWeight.FactorOf(name, Contains) is null ? source[mapping.FileKey].Dtype.ToTorch() : ScalarType.Float32;
    }

    /// <inheritdoc/>
    public Tensor Read(string name) => ScaledWeight.Read(name, Contains, ReadStored, Find(name).Source.Path);

    private Tensor ReadStored(string name)
    {
        var (source, mapping) = Find(name);
        var stored = source.Read(mapping.FileKey);
        if (mapping.Operation == KeyOperation.Same)
            return stored;
        using (stored)
        {
            return mapping.Operation switch
            {
                KeyOperation.Squeeze => stored.view(Shape(name)),
                KeyOperation.Transpose => Transposed(stored, mapping),
                KeyOperation.RowsQ => Third(stored, mapping, 0),
                KeyOperation.RowsK => Third(stored, mapping, 1),
                _ => Third(stored, mapping, 2),
            };
        }
    }

    /// <inheritdoc/>
    public void Release(Tensor read)
    {
        foreach (var source in sources)
            source.Release(read);
    }

    private static Tensor Transposed(Tensor stored, KeyMapping mapping)
    {
        if (stored.dim() != 2)
            throw new CheckpointFormatException($"The tensor '{mapping.FileKey}' has {stored.dim()} dimensions; a matrix is expected.");
        using var turned = stored.t();
        return turned.contiguous();
    }

    private static Tensor Third(Tensor stored, KeyMapping mapping, int third) => stored.dim() > 0 && stored.size(0) % 3 == 0
        ? stored.narrow(0, third * (stored.size(0) / 3), stored.size(0) / 3)
        : throw new CheckpointFormatException($"The tensor '{mapping.FileKey}' cannot be split into query, key and value: its first dimension is no multiple of 3.");

    private (TensorFileStore Source, KeyMapping Mapping) Find(string name) => tensors.TryGetValue(name, out var found)
        ? found
        : throw new CheckpointFormatException($"The {part} has no tensor '{name}'. The model is incomplete or of another kind; get a whole one.");
}

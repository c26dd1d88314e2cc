using KohyaPS.Safetensors;

namespace KohyaPS.Pickles;

/// <summary>Makes storages and tensors from what a pickle asks for, and notes the classes that it leaves out.</summary>
internal sealed class PickleBuilder
{
    private const int MaxRank = 64;
    private readonly Dictionary<string, PickleStorage> storages = new(StringComparer.Ordinal);
    private readonly List<string> placeholders = [];
    private readonly HashSet<string> noted = new(StringComparer.Ordinal);

    /// <summary>The storages that the pickle names.</summary>
    public IReadOnlyCollection<PickleStorage> Storages => storages.Values;

    /// <summary>Names of the classes whose objects were left out, in the order of the file.</summary>
    public IReadOnlyList<string> Placeholders => placeholders;

    /// <summary>Takes note of a name.</summary>
    /// <exception cref="PickleFormatException">It is one through which a file could act.</exception>
    public PickleGlobal Global(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        if (PickleGlobals.IsHostile(global))
            throw PickleFormatException.OfHostile(global.FullName);
        if (!PickleGlobals.IsMeaningful(global) && noted.Add(global.FullName))
            placeholders.Add(global.FullName);
        return global;
    }

    /// <summary>What takes the place of a call.</summary>
    /// <param name="function">A name, or an object that was made before.</param>
    /// <param name="arguments">What it would be called with.</param>
    public static object Call(object? function, object?[] arguments) => function switch
    {
        PickleGlobal { Module: "torch._utils", Name: "_rebuild_tensor" } => Tensor(arguments, count: 4),
        PickleGlobal { Module: "torch._utils", Name: "_rebuild_tensor_v2" } => Tensor(arguments, count: 6),
        PickleGlobal { Module: "torch._utils", Name: "_rebuild_tensor_v3" } => Tensor(arguments, count: 7),
        PickleGlobal { Module: "torch._utils", Name: "_rebuild_parameter" } => arguments is [PickleTensor tensor, ..] ? tensor : throw new PickleFormatException("a parameter in it is no tensor"),
        PickleGlobal { Module: "collections", Name: "OrderedDict" } => new PickleDict(),
        PickleGlobal { Module: "torch", Name: "Size" } => arguments is [object?[] size] ? size : throw new PickleFormatException("a size in it is no tuple"),
        PickleGlobal or PicklePlaceholder => PicklePlaceholder.Instance,
        _ => throw new PickleFormatException("it calls something that is no function"),
    };

    /// <summary>The storage that a reference names.</summary>
    public PickleStorage Storage(object? reference)
    {
        if (reference is not object?[] { Length: 5 or 6 } parts || parts[0] is not "storage" || parts[1] is not PickleGlobal type || parts[2] is not string key || parts[4] is not long elements)
            throw new PickleFormatException("it refers to something outside that is no storage of numbers");
        if (!PickleGlobals.IsStorage(type))
            throw new PickleFormatException($"it has a storage of the unknown kind '{type.FullName}'");
        // Before torch 0.4 a storage could be a view of another one.
        if (parts.Length == 6 && parts[5] is not null)
            throw new PickleFormatException("a storage of it is a view of another one, as torch before 0.4 wrote them");
        if (key.Length is 0 or > 64 || !key.All(c => char.IsAsciiLetterOrDigit(c)))
            throw new PickleFormatException("the name of a storage is none");
        if (elements < 0 || elements > long.MaxValue / 64)
            throw new PickleFormatException($"a storage announces {elements} elements");
        var storage = new PickleStorage(key, PickleGlobals.StorageDtype(type), elements);
        if (!storages.TryAdd(key, storage) && storages[key] != storage)
            throw new PickleFormatException($"the storage '{key}' has two sizes or types");
        return storages[key];
    }

    // (storage, offset, size, stride, requires_grad, hooks, dtype): the first four, in all versions.
    private static PickleTensor Tensor(object?[] arguments, int count)
    {
        if (arguments.Length < count || arguments[0] is not PickleStorage storage || arguments[1] is not long offset)
            throw new PickleFormatException("a tensor in it lacks its parts");
        long[] shape = Numbers(arguments[2]), strides = Numbers(arguments[3]);
        var dtype = count == 7 ? arguments[6] is PickleGlobal named ? PickleGlobals.Dtype(named) : null : storage.Dtype;
        if (dtype is not { } known)
            throw new PickleFormatException("a tensor in it has no known type");
        if (shape.Length != strides.Length || shape.Length > MaxRank || offset < 0)
            throw new PickleFormatException("a tensor in it has a wrong offset or number of dimensions");
        var capacity = storage.Length * 8 / known.ToBits();
        var tensor = new PickleTensor(storage, known, offset, shape, strides);
        try
        {
            checked
            {
                var product = shape.Aggregate((Int128)1, (p, d) => p * d);
                var last = offset + shape.Zip(strides, (d, stride) => (Int128)Math.Max(d - 1, 0) * stride).Aggregate((Int128)0, (a, b) => a + b);
                if (product > long.MaxValue / 64 || (product > 0 && last >= capacity) || offset > capacity)
                    throw new PickleFormatException("a tensor in it reaches past its storage");
            }
        }
        catch (OverflowException)
        {
            throw new PickleFormatException("a tensor in it has impossible dimensions");
        }
        return tensor;
    }

    private static long[] Numbers(object? tuple) => tuple is object?[] values && values.All(v => v is long and >= 0)
        ? [.. values.Select(v => (long)v!)]
        : throw new PickleFormatException("a tensor in it has dimensions that are no whole numbers");
}

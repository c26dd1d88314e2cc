using KohyaPS.Safetensors;

namespace KohyaPS.Pickles;

/// <summary>A class or function that a pickle names. It is never looked up, only compared.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>The whole dotted name.</summary>
    public string FullName => $"{Module}.{Name}";
}

/// <summary>Stands for an object of an unknown class, or for a value of no interest. It holds nothing and does nothing.</summary>
internal sealed class PicklePlaceholder
{
    /// <summary>The one placeholder for everything.</summary>
    public static readonly PicklePlaceholder Instance = new();

    private PicklePlaceholder()
    {
    }
}

/// <summary>A dictionary as the pickle fills it, in order; a later value of a key replaces an earlier one.</summary>
internal sealed class PickleDict
{
    /// <summary>The entries, duplicates included.</summary>
    public List<(object? Key, object? Value)> Entries { get; } = [];

    /// <summary>The last value under a text.</summary>
    public object? Find(string key) => Entries.FindLast(e => e.Key is string text && text == key).Value;
}

/// <summary>A list or set as the pickle fills it. Only texts are kept: the names of storages; a file may hold millions of other lists.</summary>
internal sealed class PickleList
{
    /// <summary>The texts; null while there is none.</summary>
    public List<string>? Texts { get; private set; }

    /// <summary>True where something else was added, too.</summary>
    public bool HasOthers { get; private set; }

    /// <summary>Adds an element.</summary>
    public void Add(object? item)
    {
        if (item is string text)
            (Texts ??= []).Add(text);
        else
            HasOthers = true;
    }
}

/// <summary>A storage that tensors see parts of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Dtype">Type of its elements; null for bytes without a type.</param>
/// <param name="Elements">How many elements, or bytes.</param>
internal sealed record PickleStorage(string Key, SafetensorsDtype? Dtype, long Elements)
{
    /// <summary>Bytes of the storage.</summary>
    public long Length => Dtype is { } dtype ? Elements * dtype.ToBits() / 8 : Elements;
}

/// <summary>A tensor: a view of a storage, checked to lie within it.</summary>
/// <param name="Storage">Where its numbers are.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Offset">First element.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Strides">Elements from one index to the next in each dimension.</param>
internal sealed record PickleTensor(PickleStorage Storage, SafetensorsDtype Dtype, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Number of elements that the tensor shows.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, d) => product * d);

    /// <summary>Elements from the first to the last in the storage.</summary>
    public long Extent => ElementCount == 0 ? 0 : 1 + Shape.Zip(Strides, (d, stride) => (d - 1) * stride).Sum();

    /// <summary>True where the elements follow each other row by row.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return ElementCount == 0;
                expected *= Shape[i];
            }
            return true;
        }
    }
}

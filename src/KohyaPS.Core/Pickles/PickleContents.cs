using System.Globalization;

namespace KohyaPS.Pickles;

/// <summary>What is kept of a pickle: its tensors by name, and how far the training had come.</summary>
internal sealed class PickleContents
{
    private const int MaxDepth = 1000;

    // Characters of all names: a long one that is repeated at every depth would fill the memory.
    private const long MaxNames = 32 << 20;
    private readonly HashSet<PickleDict> visited = new(ReferenceEqualityComparer.Instance);
    private long namesLength;

    private PickleContents(PickleDict root)
    {
        Epoch = Count(root.Find("epoch"));
        GlobalStep = Count(root.Find("global_step"));
        Collect(root.Find("state_dict") as PickleDict ?? root);
    }

    /// <summary>The tensors by name; names of dictionaries within dictionaries are joined with dots.</summary>
    public Dictionary<string, PickleTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The names in the order of the file.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Epochs trained.</summary>
    public long? Epoch { get; }

    /// <summary>Steps trained.</summary>
    public long? GlobalStep { get; }

    /// <summary>Sorts the object of a pickle.</summary>
    /// <exception cref="PickleFormatException">It holds no tensors.</exception>
    public static PickleContents Of(object? root)
    {
        var contents = new PickleContents(root as PickleDict ?? throw new PickleFormatException("it holds no dictionary of tensors"));
        return contents.Tensors.Count > 0 ? contents : throw new PickleFormatException("there are no tensors in it");
    }

    private static long? Count(object? value) => value switch
    {
        long and >= 0 => (long)value,
        double and >= 0 and < 1e15 when Math.Floor((double)value) == (double)value => (long)(double)value,
        _ => null,
    };

    // Without recursion: a file may nest as deep as it likes. Each dictionary is entered once, at its first place.
    private void Collect(PickleDict root)
    {
        var open = new Stack<(PickleDict Dict, string Prefix, int Next)>();
        visited.Add(root);
        open.Push((root, "", 0));
        while (open.TryPop(out var at))
        {
            if (open.Count > MaxDepth)
                throw new PickleFormatException($"its dictionaries are nested more than {MaxDepth} deep");
            if (at.Next >= at.Dict.Entries.Count)
                continue;
            open.Push(at with { Next = at.Next + 1 });
            var (key, value) = at.Dict.Entries[at.Next];
            if (Name(key) is not { } name)
                continue;
            if (value is PickleTensor tensor)
                Add(Joined(at.Prefix, name), tensor);
            else if (value is PickleDict inner && visited.Add(inner))
                open.Push((inner, Joined(at.Prefix, name) + ".", 0));
        }
    }

    private void Add(string name, PickleTensor tensor)
    {
        if (!Tensors.ContainsKey(name))
            Names.Add(name);
        Tensors[name] = tensor;
    }

    private string Joined(string prefix, string name)
    {
        namesLength += prefix.Length + name.Length;
        return namesLength <= MaxNames ? prefix + name : throw new PickleFormatException("the names in it are longer than those of a model");
    }

    private static string? Name(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}

using KohyaPS.Randomness;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>One matrix of an adapter: named in its file, living in the flat buffer of its group.</summary>
/// <param name="name">Full name in a file.</param>
/// <param name="shape">Dimensions.</param>
/// <param name="groupIndex">The group that trains it; null where nothing does.</param>
/// <param name="initialize">Writes the first values, all zeros before; null leaves them.</param>
internal sealed class AdapterParameter(string name, long[] shape, int? groupIndex, AdapterInitializer? initialize)
{
    private Tensor? value;

    /// <summary>Full name in a file.</summary>
    public string Name { get; } = name;

    /// <summary>Dimensions.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>Index of the group that trains it.</summary>
    public int? GroupIndex { get; } = groupIndex;

    /// <summary>The group that trains it; null where nothing does.</summary>
    public ParameterGroup? Group { get; private set; }

    /// <summary>Index in the group.</summary>
    public int Index { get; private set; }

    /// <summary>The values.</summary>
    public Tensor Value => value ?? throw new InvalidOperationException($"The parameter '{Name}' has no memory yet.");

    /// <summary>Gives the parameter its place and its first values.</summary>
    /// <param name="memory">The values, all zeros.</param>
    /// <param name="group">The group that trains it.</param>
    /// <param name="index">Index in the group.</param>
    /// <param name="seed">The training's seed.</param>
    public void Bind(Tensor memory, ParameterGroup? group, int index, long seed)
    {
        (value, Group, Index) = (memory, group, index);
        if (initialize is null)
            return;
        var first = new float[memory.numel()];
        initialize(new RandomSource(seed, DrawPurpose.NetworkInitialization, 0, AdapterSeed.Of(Name)), first);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        memory.copy_(tensor(first).view([.. Shape]));
    }
}

/// <summary>Fills the first values of a parameter.</summary>
/// <param name="source">Random numbers of this parameter.</param>
/// <param name="values">The values to write, row by row.</param>
internal delegate void AdapterInitializer(RandomSource source, Span<float> values);

using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>How a one-dimensional tensor of state is divided among the parameters of a group: one run of elements for each, in their order.</summary>
/// <param name="lengths">Length of each run, padding included.</param>
/// <param name="shapes">The part of each run that means something; null where that is the whole run as one dimension.</param>
internal sealed class StateLayout(long[] lengths, IReadOnlyList<long[]>? shapes = null) : IDisposable
{
    private readonly Tensor lengthTensor = tensor(lengths).DetachFromDisposeScope();
    private Tensor? lengthsOnCard;
    private readonly long[] offsets = Offsets(lengths);

    /// <summary>Elements of the whole tensor.</summary>
    public long Total { get; } = lengths.Sum();

    /// <summary>Like the parameters themselves, with their padding.</summary>
    /// <param name="group">The parameters.</param>
    /// <param name="slices">The parameters that have any.</param>
    public static StateLayout Elements(ParameterGroup group, Range slices) =>
        new([.. PaddedLengths(group, slices)], [.. group.Slices.Select(s => s.Shape.ToArray())]);

    /// <inheritdoc cref="Elements(ParameterGroup, Range)"/>
    public static StateLayout Elements(ParameterGroup group) => Elements(group, ..group.Slices.Count);

    /// <summary>One number for each parameter.</summary>
    public static StateLayout Numbers(ParameterGroup group) => new([.. group.Slices.Select(_ => 1L)], [.. group.Slices.Select(_ => Array.Empty<long>())]);

    /// <summary>One number for each row of <see cref="ParameterGroup.Alignment"/> elements.</summary>
    public static StateLayout Rows(ParameterGroup group) => new([.. PaddedLengths(group).Select(n => n / ParameterGroup.Alignment)]);

    /// <summary>A number for each parameter, repeated over its run.</summary>
    /// <param name="perParameter">One value for each parameter, on any device.</param>
    /// <param name="device">Where the result is needed.</param>
    public Tensor Expand(Tensor perParameter, Device device)
    {
        using var scope = NewDisposeScope();
        return repeat_interleave(perParameter.to(device), LengthsOn(device), 0, Total).MoveToOuterDisposeScope();
    }

    /// <summary>The run of one parameter, a view.</summary>
    public Tensor Of(Tensor state, int parameter)
    {
        if (shapes is null)
            return state.narrow(0, offsets[parameter], lengths[parameter]);
        var shape = shapes[parameter];
        return state.narrow(0, offsets[parameter], shape.Aggregate(1L, (a, b) => a * b)).view(shape);
    }

    /// <summary>Whether there is anything of a parameter.</summary>
    public bool Holds(int parameter) => lengths[parameter] > 0;

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        lengthTensor.Dispose();
        lengthsOnCard?.Dispose();
    }

    /// <summary>Length of each parameter with its padding.</summary>
    public static IEnumerable<long> PaddedLengths(ParameterGroup group) =>
        group.Slices.Select(s => (s.Count + ParameterGroup.Alignment - 1) / ParameterGroup.Alignment * ParameterGroup.Alignment);

    /// <summary>The same, and 0 for those that are left out.</summary>
    public static IEnumerable<long> PaddedLengths(ParameterGroup group, Range slices) =>
        PaddedLengths(group).Select((length, i) => i < slices.Start.Value || i >= slices.End.Value ? 0 : length);

    // What is repeated and how often must lie on one device; state may lie on the host while the parameters are on a card.
    private Tensor LengthsOn(Device device) => device.type == TorchSharp.DeviceType.CPU ? lengthTensor : lengthsOnCard ??= lengthTensor.to(device).DetachFromDisposeScope();

    private static long[] Offsets(long[] lengths)
    {
        var offsets = new long[lengths.Length];
        for (var i = 1; i < lengths.Length; i++)
            offsets[i] = offsets[i - 1] + lengths[i - 1];
        return offsets;
    }
}

using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Every so many elements of each parameter of a group, found by a table that is made once; with a stride of 1 all of them, padding included.</summary>
internal sealed class SlicedElements : IDisposable
{
    private readonly Tensor? table;
    private readonly Lazy<Tensor> owners;
    private readonly long parameterCount;

    /// <param name="parameters">The parameters.</param>
    /// <param name="stride">Takes elements 0, stride, 2·stride and so on of each.</param>
    public SlicedElements(ParameterGroup parameters, long stride)
    {
        long Count(ParameterSlice slice) => (slice.Count + stride - 1) / stride;
        var lengths = stride == 1 ? StateLayout.PaddedLengths(parameters) : parameters.Slices.Select(Count);
        Layout = new StateLayout([.. lengths], [.. parameters.Slices.Select(s => new[] { Count(s) })]);
        parameterCount = parameters.Slices.Count;
        owners = new(() => Owners(parameters.Values.device));
        if (stride > 1)
            table = tensor([.. parameters.Slices.SelectMany(s => Enumerable.Range(0, (int)Count(s)).Select(i => s.Offset + i * stride))], device: parameters.Values.device).DetachFromDisposeScope();
    }

    /// <summary>How state of this kind is divided.</summary>
    public StateLayout Layout { get; }

    /// <summary>The elements.</summary>
    /// <param name="all">One value for each element of the group.</param>
    public Tensor Of(Tensor all) => table is null ? all : all.index_select(0, table);

    /// <summary>The sum of each parameter's elements, in double precision.</summary>
    /// <param name="sliced">The elements.</param>
    public Tensor SumByParameter(Tensor sliced) =>
        zeros(parameterCount, dtype: ScalarType.Float64, device: sliced.device).index_add_(0, owners.Value, sliced.to(ScalarType.Float64), 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (owners.IsValueCreated)
            owners.Value.Dispose();
        table?.Dispose();
        Layout.Dispose();
    }

    // Which parameter each element belongs to.
    private Tensor Owners(Device device)
    {
        using var numbers = arange(parameterCount, dtype: ScalarType.Int64);
        return Layout.Expand(numbers, device).DetachFromDisposeScope();
    }
}

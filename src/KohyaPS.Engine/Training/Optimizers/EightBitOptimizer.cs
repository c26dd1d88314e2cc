using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// What the optimizers of bitsandbytes share (Dettmers et al. 2021, arXiv 2110.02861): parameters of many elements keep their moments with 8
/// bits, small ones with 32, and everything is computed in float32, a portion of the parameters at a time. Paged moments lie in the host's memory
/// and visit the card for a step.
/// </summary>
internal abstract class EightBitOptimizer : FlatOptimizer
{
    // Temporary tensors of a step are no larger than 32 MiB, or than the largest parameter.
    private const long LargestPortion = 1 << 23;

    private readonly List<MomentRun> runs = [];
    private readonly List<IDisposable> tables = [];

    /// <param name="groups">The parameter groups.</param>
    /// <param name="storage">How moments are kept.</param>
    /// <param name="moments">Name of each moment, the name of its blocks' largest values, and its codes.</param>
    protected EightBitOptimizer(IReadOnlyList<ParameterGroup> groups, MomentStorage storage, params IReadOnlyList<(string Name, string Largest, DynamicCode Code)> moments)
        : base(groups)
    {
        foreach (var group in Groups)
        {
            var slices = group.Parameters.Slices;
            // Slices are ordered by size: those of 8 bits come first.
            var count = slices.Count(slice => slice.Count >= storage.SmallestOf8Bit);
            if (count > 0)
                AddRuns8Bit(group, ..count, storage, moments);
            if (count < slices.Count)
                AddRuns32Bit(group, count..slices.Count, storage, moments);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var table in tables)
            table.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected sealed override void Update()
    {
        foreach (var group in Groups)
        {
            group.Guarded(() =>
            {
                foreach (var run in runs.Where(r => r.Group == group))
                {
                    using var scope = NewDisposeScope();
                    Update(run);
                }
            });
        }
    }

    /// <summary>The step of one run.</summary>
    protected abstract void Update(MomentRun run);

    private void AddRuns8Bit(OptimizerGroup group, Range slices, MomentStorage storage, IReadOnlyList<(string Name, string Largest, DynamicCode Code)> moments)
    {
        var device = DeviceOf(group, storage);
        var (codes, blocks) = (StateLayout.Elements(group.Parameters, slices), BlockTable.Layout(group.Parameters, slices, storage.BlockSize));
        var states = moments.Select(moment => (
            Codes: group.AddState(moment.Name + ".codes", ScalarType.Byte, codes, device: device),
            Largest: group.AddState(moment.Largest, ScalarType.Float32, blocks, device: device), moment.Code)).ToList();
        var (code, block) = (0L, 0L);
        foreach (var portion in Portions(group.Parameters, slices))
        {
            var layout = Keep(StateLayout.Elements(group.Parameters, portion));
            var table = Keep(new BlockTable(group.Parameters, portion, storage.BlockSize));
            runs.Add(new(group, layout, code, Is8Bit: true, [.. states.Select(s =>
                Keep(new EightBitMoment(s.Codes.narrow(0, code, layout.Total), s.Largest.narrow(0, block, table.Blocks), table, s.Code)))]));
            (code, block) = (code + layout.Total, block + table.Blocks);
        }
    }

    private void AddRuns32Bit(OptimizerGroup group, Range slices, MomentStorage storage, IReadOnlyList<(string Name, string Largest, DynamicCode Code)> moments)
    {
        var all = StateLayout.Elements(group.Parameters, slices);
        var states = moments.Select(moment => group.AddState(moment.Name, ScalarType.Float32, all, device: DeviceOf(group, storage))).ToList();
        var (before, at) = (group.Values.numel() - all.Total, 0L);
        foreach (var portion in Portions(group.Parameters, slices))
        {
            var layout = Keep(StateLayout.Elements(group.Parameters, portion));
            runs.Add(new(group, layout, before + at, Is8Bit: false, [.. states.Select(s => Keep(new PlainMoment(s.narrow(0, at, layout.Total), group.Values.device)))]));
            at += layout.Total;
        }
    }

    private static IEnumerable<Range> Portions(ParameterGroup parameters, Range slices)
    {
        var (first, end) = (slices.Start.Value, slices.End.Value);
        for (var (next, size) = (first, 0L); next < end; next++)
        {
            size += parameters.Slices[next].Count;
            if (next + 1 < end && size + parameters.Slices[next + 1].Count <= LargestPortion)
                continue;
            yield return first..(next + 1);
            (first, size) = (next + 1, 0);
        }
    }

    private T Keep<T>(T table)
        where T : IDisposable
    {
        tables.Add(table);
        return table;
    }

    private static Device DeviceOf(OptimizerGroup group, MomentStorage storage) => storage.IsPaged ? CPU : group.Values.device;
}

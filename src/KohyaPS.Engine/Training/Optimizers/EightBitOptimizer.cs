using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// What the optimizers of bitsandbytes share (Dettmers et al. 2021, arXiv 2110.02861): parameters of many elements keep their moments with 8
/// bits, small ones with 32, and everything is computed in float32. Paged moments lie in the host's memory and visit the card for a step.
/// </summary>
internal abstract class EightBitOptimizer : FlatOptimizer
{
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
            // Slices are ordered by size: those of 8 bits come first.
            var count = group.Parameters.Slices.Count(slice => slice.Count >= storage.SmallestOf8Bit);
            if (count > 0)
                runs.Add(EightBitRun(group, count, storage, moments));
            if (count < group.Parameters.Slices.Count)
                runs.Add(PlainRun(group, count, storage, moments));
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

    private MomentRun EightBitRun(OptimizerGroup group, int count, MomentStorage storage, IReadOnlyList<(string Name, string Largest, DynamicCode Code)> moments)
    {
        var blocks = new BlockTable(group.Parameters, count, storage.BlockSize);
        tables.Add(blocks);
        var kept = moments.Select(moment =>
        {
            var codes = group.AddState(moment.Name + ".codes", ScalarType.Byte, blocks.Codes, device: DeviceOf(group, storage));
            var largest = group.AddState(moment.Largest, ScalarType.Float32, blocks.Blocks, device: DeviceOf(group, storage));
            return new EightBitMoment(codes, largest, blocks, moment.Code);
        }).ToList();
        tables.AddRange(kept);
        return new(group, 0, blocks.Codes.Total, Is8Bit: true, kept);
    }

    private static MomentRun PlainRun(OptimizerGroup group, int first, MomentStorage storage, IReadOnlyList<(string Name, string Largest, DynamicCode Code)> moments)
    {
        var layout = StateLayout.Elements(group.Parameters, first);
        var kept = moments.Select(moment => new PlainMoment(group.AddState(moment.Name, ScalarType.Float32, layout, device: DeviceOf(group, storage)), group.Values.device)).ToList();
        return new(group, group.Values.numel() - layout.Total, layout.Total, Is8Bit: false, kept);
    }

    private static Device DeviceOf(OptimizerGroup group, MomentStorage storage) => storage.IsPaged ? CPU : group.Values.device;
}

using KohyaPS.Engine.Networks.Oft;
using KohyaPS.Training;

namespace KohyaPS.Engine.Networks;

/// <summary>
/// Which layers get an adapter, of what rank, and which parameter group trains it: everything about a network that is known before a
/// weight exists. Rules: sd-scripts' networks.lora.
/// </summary>
internal sealed record NetworkPlan
{
    /// <summary>The adapters, text encoders first.</summary>
    public required IReadOnlyList<AdapterPlan> Adapters { get; init; }

    /// <summary>The parameter groups in the optimizer's order; groups without a learning rate are left out.</summary>
    public required IReadOnlyList<ParameterGroupPlan> Groups { get; init; }

    /// <summary>Plans a new network.</summary>
    /// <param name="network">Ranks, alphas and blocks.</param>
    /// <param name="optimizer">Learning rates.</param>
    /// <param name="targets">All layers of the models that an adapter could be attached to.</param>
    /// <exception cref="TrainingException">A setting by blocks has the wrong length or form.</exception>
    public static NetworkPlan Create(NetworkSettings network, OptimizerSettings optimizer, IEnumerable<TargetLayer> targets)
    {
        network = Understood(network);
        var layers = Wanted(network, targets);
        var shape = NetworkShape.FromSettings(network, BlockIndex.Count(UnetPaths(layers)));
        var adapters = network.NetworkModule == NetworkModule.Oft
            ? layers.Select(l => OftPlan(l, network.NetworkDim, network.NetworkAlpha))
            : layers.Select(shape.Plan).OfType<AdapterPlan>();
        return ParameterGrouping.Assign([.. adapters], network.NetworkModule, optimizer, shape.BlockFactors);
    }

    /// <summary>Plans a network of the ranks and alphas found in a file; only layers that the file names get an adapter.</summary>
    /// <param name="network">Which parts are trained, and the learning-rate factors of blocks; ranks are not looked at.</param>
    /// <param name="optimizer">Learning rates.</param>
    /// <param name="targets">All layers of the models that an adapter could be attached to.</param>
    /// <param name="ranks">Rank and alpha (null: the rank) of each adapter of the file by its name.</param>
    public static NetworkPlan FromRanks(
        NetworkSettings network, OptimizerSettings optimizer, IEnumerable<TargetLayer> targets, IReadOnlyDictionary<string, (int Rank, double? Alpha)> ranks)
    {
        network = Understood(network);
        var layers = Wanted(network, targets);
        var factors = BlockWeights.Parse(network, BlockIndex.Count(UnetPaths(layers)));
        var adapters = layers.Where(l => ranks.ContainsKey(l.Name)).Select(l => network.NetworkModule == NetworkModule.Oft
            ? OftPlan(l, ranks[l.Name].Rank, ranks[l.Name].Alpha ?? 0)
            : new AdapterPlan(l, ranks[l.Name].Rank, ranks[l.Name].Alpha is { } alpha and not 0 ? alpha : ranks[l.Name].Rank));
        // A network made from a file has no LoRA+ groups, as in sd-scripts; a rule warns of it.
        var rates = optimizer with { LoraplusLrRatio = null, LoraplusUnetLrRatio = null, LoraplusTextEncoderLrRatio = null };
        return ParameterGrouping.Assign([.. adapters], network.NetworkModule, rates, factors);
    }

    private static IReadOnlyList<TargetLayer> Wanted(NetworkSettings network, IEnumerable<TargetLayer> targets)
    {
        var wanted = targets.Where(t => t.Part == NetworkPart.Unet ? !network.NetworkTrainTextEncoderOnly : !network.NetworkTrainUnetOnly);
        return TargetOrder.Sort(network.NetworkModule == NetworkModule.Oft ? OftTargets.Choose(network, wanted) : wanted);
    }

    // Neither DyLoRA nor OFT knows blocks; a rule warns of it.
    private static NetworkSettings Understood(NetworkSettings network) => network.NetworkModule is not (NetworkModule.Dylora or NetworkModule.Oft) ? network : network with
    {
        BlockDims = null, BlockAlphas = null, ConvBlockDims = null, ConvBlockAlphas = null, DownLrWeight = null, MidLrWeight = null, UpLrWeight = null,
    };

    // Here the rank is the number of blocks that the outputs are divided into, and alpha the constraint.
    private static AdapterPlan OftPlan(TargetLayer layer, int blocks, double constraint) => layer.Outputs % blocks == 0
        ? new(layer, blocks, constraint)
        : throw new TrainingException(TrainingExitCode.Invalid,
            $"OFT divides the outputs of every layer into NetworkDim blocks of one size, but the {layer.Outputs} outputs of '{layer.Path}' are no multiple of {blocks}. Set NetworkDim to a divisor such as {Divisor(layer.Outputs, blocks)}.");

    private static int Divisor(long outputs, int near) => Enumerable.Range(1, near).Reverse().First(d => outputs % d == 0);

    private static IEnumerable<string> UnetPaths(IEnumerable<TargetLayer> layers) => layers.Where(l => l.Part == NetworkPart.Unet).Select(l => l.Path);
}

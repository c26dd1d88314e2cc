using KohyaPS.Training;

namespace KohyaPS.Engine.Networks;

/// <summary>Rank and alpha of every layer of a new network, by the kind of layer and, where blocks have their own, by block.</summary>
internal sealed class NetworkShape
{
    private readonly NetworkSettings settings;
    private readonly IReadOnlyList<int>? blockRanks;
    private readonly IReadOnlyList<int>? spatialRanks;

    private NetworkShape(NetworkSettings settings, double[]? blockFactors, IReadOnlyList<int>? blockRanks, IReadOnlyList<int>? spatialRanks)
    {
        this.settings = settings;
        BlockFactors = blockFactors;
        this.blockRanks = blockRanks;
        this.spatialRanks = spatialRanks;
    }

    /// <summary>Factors on the learning rate of each U-Net block; null where all are trained alike.</summary>
    public double[]? BlockFactors { get; }

    private bool HasSpatial => settings.ConvDim is > 0 || spatialRanks is not null;

    /// <param name="settings">The network's settings.</param>
    /// <param name="blocks">25 or 23.</param>
    /// <exception cref="TrainingException">A list has not one value for each block.</exception>
    public static NetworkShape FromSettings(NetworkSettings settings, int blocks)
    {
        CheckLength(settings.BlockDims, nameof(settings.BlockDims), blocks);
        CheckLength(settings.BlockAlphas, nameof(settings.BlockAlphas), blocks);
        CheckLength(settings.ConvBlockDims, nameof(settings.ConvBlockDims), blocks);
        CheckLength(settings.ConvBlockAlphas, nameof(settings.ConvBlockAlphas), blocks);
        var factors = BlockWeights.Parse(settings, blocks);
        // Only ranks and factors of blocks turn this on; alphas and convolution ranks alone do nothing, as in sd-scripts.
        if (settings.BlockDims is null && factors is null)
            return new(settings, null, null, null);
        var ranks = settings.BlockDims ?? [.. Enumerable.Repeat(settings.NetworkDim, blocks)];
        var spatial = settings.ConvBlockDims ?? (settings.ConvDim is { } dim ? [.. Enumerable.Repeat(dim, blocks)] : null);
        return new(settings, factors, Silenced(ranks, factors), spatial is null ? null : Silenced(spatial, factors));
    }

    /// <summary>The adapter of a layer, or null where it gets none.</summary>
    public AdapterPlan? Plan(TargetLayer layer)
    {
        if (layer.Part != NetworkPart.Unet)
            return Make(layer, settings.NetworkDim, settings.NetworkAlpha);
        if (!IsInTransformer(layer.Path) && !HasSpatial)
            return null;
        if (blockRanks is null)
            return layer.IsSpatial ? Make(layer, settings.ConvDim ?? 0, settings.ConvAlpha ?? 1) : Make(layer, settings.NetworkDim, settings.NetworkAlpha);
        var block = BlockIndex.Of(layer.Path);
        return layer.IsSpatial
            ? Make(layer, spatialRanks?[block] ?? 0, SpatialAlpha(block))
            : Make(layer, blockRanks[block], settings.BlockAlphas?[block] ?? settings.NetworkAlpha);
    }

    private double SpatialAlpha(int block) =>
        settings.ConvBlockDims is not null && settings.ConvBlockAlphas is { } alphas ? alphas[block] : settings.ConvAlpha ?? 1;

    private static AdapterPlan? Make(TargetLayer layer, int rank, double alpha) => rank == 0
        ? null
        : new(layer, rank, alpha == 0 ? rank : alpha) { AlphaIsWhole = alpha == 0 };

    private static bool IsInTransformer(string path) =>
        path.Contains(".attentions.", StringComparison.Ordinal) || path.Contains(".transformer_blocks.", StringComparison.Ordinal)
        || path.EndsWith(".proj_in", StringComparison.Ordinal) || path.EndsWith(".proj_out", StringComparison.Ordinal);

    private static int[] Silenced(IReadOnlyList<int> ranks, double[]? factors) => [.. ranks.Select((rank, i) => factors is not null && factors[i] == 0 ? 0 : rank)];

    private static void CheckLength<T>(IReadOnlyList<T>? list, string setting, int blocks)
    {
        if (list is not null && list.Count != blocks)
            throw new TrainingException(TrainingExitCode.Invalid,
                $"{setting} has {list.Count} values, but this model's U-Net has {blocks} blocks. Give one value for each block.");
    }
}

using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Adds the changes of several LoRAs up and finds the LoRA of a given rank that comes closest.</summary>
internal static class SvdMerge
{
    /// <summary>The merged modules.</summary>
    /// <exception cref="CheckpointFormatException">The files change weights of different shapes.</exception>
    public static MergedModules Merge(LoraMergeRequest request, IReadOnlyList<WeightedModules> networks, CancellationToken cancellation)
    {
        var convRank = request.ConvRank ?? request.Rank;
        var tensors = new List<(string, Tensor)>();
        var names = networks.SelectMany(n => n.Modules.Select(m => m.Name)).Distinct().ToList();
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            cancellation.ThrowIfCancellationRequested();
            tensors.AddRange(MergeOne(request, networks, name, convRank));
            request.Progress?.Invoke(i + 1, names.Count);
        }
        var dim = MergedModules.Whole(request.Rank);
        return new(tensors, dim, dim, $"{{\"conv_dim\": {MergedModules.Whole(convRank)}, \"conv_alpha\": {MergedModules.Whole(convRank)}}}");
    }

    private static List<(string, Tensor)> MergeOne(LoraMergeRequest request, IReadOnlyList<WeightedModules> networks, string name, int convRank)
    {
        using var scope = NewDisposeScope();
        var parts = networks.SelectMany(n => n.Modules.Where(m => m.Name == name).Select(m => (Module: m, Factor: n.Ratio * n.BlockWeight(m) * m.Scale))).ToList();
        var first = parts[0].Module;
        // [out, R] and [R, n]: the changes of all files as one product.
        var ups = parts.Select(p => p.Module.Up.to(ScalarType.Float64).flatten(1) * p.Factor).ToList();
        var downs = parts.Select(p => p.Module.Down.to(ScalarType.Float64).flatten(1)).ToList();
        if (ups.Any(u => u.size(0) != ups[0].size(0)) || downs.Any(d => d.size(1) != downs[0].size(1)))
            throw new CheckpointFormatException($"The module '{name}' has other shapes in another file. Merge LoRAs of one kind of model.");
        long[] downShape = first.Down.shape, upShape = first.Up.shape;
        var rank = Math.Min(first.IsSpatial ? convRank : request.Rank, Math.Min(downShape[1], upShape[0]));
        using var decomposition = LowRank.OfProduct(cat(ups, 1), cat(downs, 0));
        var (up, down) = decomposition.Factors(rank);
        if (request.ClampQuantile is { } quantile)
            (up, down) = FactorClamp.Apply(up, down, quantile);
        return
        [
            (first.DownKey, down.view([rank, .. downShape[1..]]).to(ScalarType.Float32).MoveToOuterDisposeScope()),
            (first.UpKey, up.view([upShape[0], rank, .. upShape[2..]]).to(ScalarType.Float32).MoveToOuterDisposeScope()),
            ($"{name}.alpha", tensor((float)rank).MoveToOuterDisposeScope()),
        ];
    }
}

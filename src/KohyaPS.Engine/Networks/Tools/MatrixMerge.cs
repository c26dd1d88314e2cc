using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Merges LoRAs matrix by matrix: added, or side by side along the rank.</summary>
internal static class MatrixMerge
{
    /// <summary>The merged modules.</summary>
    /// <exception cref="CheckpointFormatException">Ranks or shapes differ where they must not.</exception>
    public static MergedModules Merge(LoraMergeRequest request, IReadOnlyList<WeightedModules> networks, CancellationToken cancellation)
    {
        var dtype = request.MergePrecision.ToTorch();
        var modules = new Dictionary<string, Module>(StringComparer.Ordinal);
        var order = new List<string>();
        // Side by side and exact, each part needs to know the rank of the whole.
        var ranks = networks.SelectMany(n => n.Modules).GroupBy(m => m.Name).ToDictionary(g => g.Key, g => g.Sum(m => m.Rank));
        for (var i = 0; i < networks.Count; i++)
        {
            foreach (var stored in networks[i].Modules)
            {
                cancellation.ThrowIfCancellationRequested();
                var alpha = Alpha(stored, dtype);
                if (!modules.TryGetValue(stored.Name, out var module))
                {
                    modules[stored.Name] = module = new(stored, alpha);
                    order.Add(stored.Name);
                }
                var (down, up) = Factors(request.Method, networks[i], stored, alpha, module.Alpha, ranks[stored.Name]);
                module.Add(stored.Down.to(dtype) * down, stored.Up.to(dtype) * up, IsSideBySide(request.Method), stored, request.Method == LoraMergeMethod.SumOldest ? alpha : null);
            }
            request.Progress?.Invoke(i + 1, networks.Count);
        }
        var tensors = new List<(string, Tensor)>();
        foreach (var name in order)
        {
            var module = modules[name];
            var (down, up) = request.Shuffles ? Shuffled(request, name, module) : (module.Down, module.Up);
            tensors.Add((module.First.DownKey, down));
            tensors.Add((module.First.UpKey, up));
            tensors.Add(($"{name}.alpha", tensor((float)module.Alpha)));
        }
        // sd-scripts' concat states the rank of the first file; the other ways state that of the result.
        var dims = order.Select(n => request.Method == LoraMergeMethod.Concatenate ? modules[n].First.Rank : modules[n].Down.size(0));
        return new(tensors, MergedModules.Common(dims, MergedModules.Whole), MergedModules.Common(order.Select(n => modules[n].Alpha), PythonText.Float));
    }

    private static bool IsSideBySide(LoraMergeMethod method) => method is LoraMergeMethod.Exact or LoraMergeMethod.Concatenate;

    // The peer reads alpha in the type of the arithmetic.
    private static double Alpha(StoredLora module, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        return module.Alpha is { } alpha ? tensor((float)alpha).to(dtype).to(ScalarType.Float64).item<double>() : module.Rank;
    }

    private static (double Down, double Up) Factors(LoraMergeMethod method, WeightedModules network, StoredLora module, double alpha, double first, long rank)
    {
        var (ratio, weight) = (network.Ratio, network.BlockWeight(module));
        switch (method)
        {
            case LoraMergeMethod.Exact:
                // Up times down times first / rank is to give the module's own change times the ratio.
                var share = ratio * weight * alpha / module.Rank * rank / first;
                return (Math.Sign(share) * Math.Sqrt(Math.Abs(share)), Math.Sqrt(Math.Abs(share)));
            case LoraMergeMethod.SumOldest:
                return (ratio * weight, ratio * weight);
            default:
                var factor = Math.Sqrt(alpha / first) * ratio;
                var block = Math.Sqrt(Math.Abs(weight));
                return method == LoraMergeMethod.Sum2188
                    ? (factor * block, factor * block)
                    : (factor * block * Math.Sign(weight), Math.Abs(factor) * block);
        }
    }

    private static (Tensor Down, Tensor Up) Shuffled(LoraMergeRequest request, string name, Module module)
    {
        var rank = (int)module.Down.size(0);
        var order = request.Permutation?.Invoke(name, rank) ?? Random(rank);
        var index = tensor(order.Select(i => (long)i).ToArray());
        return (module.Down.index_select(0, index), module.Up.index_select(1, index));
    }

    private static int[] Random(int rank)
    {
        var order = Enumerable.Range(0, rank).ToArray();
        System.Random.Shared.Shuffle(order);
        return order;
    }

    private sealed class Module(StoredLora first, double alpha)
    {
        public StoredLora First => first;

        public double Alpha => alpha;

        public Tensor Down { get; private set; } = null!;

        public Tensor Up { get; private set; } = null!;

        public void Add(Tensor down, Tensor up, bool sideBySide, StoredLora stored, double? sameAlpha)
        {
            if (Down is null)
            {
                (Down, Up) = (down, up);
                return;
            }
            if (sameAlpha is { } other && other != alpha)
                throw new CheckpointFormatException($"The module '{stored.Name}' has the alphas {PythonText.Float(alpha)} and {PythonText.Float(other)}; the oldest way of merging needs equal ones. Use -Method Exact.");
            if (!Down.shape.AsSpan(1).SequenceEqual(down.shape.AsSpan(1)) || Up.size(0) != up.size(0))
                throw new CheckpointFormatException($"The module '{stored.Name}' has other shapes in another file: down [{string.Join(", ", down.shape)}] and [{string.Join(", ", Down.shape)}]. Merge LoRAs of one kind of model.");
            if (sideBySide)
            {
                (Down, Up) = (cat([Down, down], 0), cat([Up, up], 1));
                return;
            }
            if (Down.size(0) != down.size(0))
                throw new CheckpointFormatException($"The module '{stored.Name}' has the ranks {Down.size(0)} and {down.size(0)}; matrices of different ranks cannot be added. Use -Method Exact or Svd.");
            (Down, Up) = (Down + down, Up + up);
        }
    }
}

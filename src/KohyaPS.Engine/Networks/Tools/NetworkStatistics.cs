using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Measures the numbers of a network file, to see whether it learned anything and is whole.</summary>
public static class NetworkStatistics
{
    // What sd-scripts counts as tensors of a network.
    private static readonly string[] Marks = ["lora_up", "lora_down", "lora_A", "lora_B", "oft_"];

    /// <summary>True for the name of a network's matrix.</summary>
    public static bool IsMatrix(string name) => Marks.Any(m => name.Contains(m, StringComparison.Ordinal));

    /// <summary>The tensors in the order of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="includesAll">Also alphas and whatever else is in the file.</param>
    /// <exception cref="CheckpointFormatException">It cannot be read.</exception>
    public static IReadOnlyList<TensorStatistic> Of(string path, bool includesAll)
    {
        return NativeLibraries.Run(() => OfLoaded(path, includesAll));
    }

    private static List<TensorStatistic> OfLoaded(string path, bool includesAll)
    {
        using var noGradient = no_grad();
        using var store = TensorFileStore.Open(path);
        return [.. store.Names.Where(n => (includesAll || IsMatrix(n)) && store[n].ElementCount > 0).Select(name =>
        {
            using var scope = NewDisposeScope();
            var magnitudes = store.Read(name).to(ScalarType.Float32).abs();
            return new TensorStatistic(store.Path, name, store.Shape(name), magnitudes.mean().item<float>(), magnitudes.min().item<float>());
        })];
    }
}

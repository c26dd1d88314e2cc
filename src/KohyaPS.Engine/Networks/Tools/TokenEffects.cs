using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Asks a network which words it was trained on: each token stands alone between begin and end, and the states of the text encoder are compared
/// without and with the network.
/// </summary>
public static class TokenEffects
{
    private const int BatchSize = 256;

    /// <summary>The effect on every token, in the order of the ids.</summary>
    /// <param name="network">A LoRA with text-encoder modules.</param>
    /// <param name="checkpoint">The model that it belongs to.</param>
    /// <param name="clipSkip">1 takes the text encoder's last layer.</param>
    /// <param name="progress">Told how many tokens are done, and of how many.</param>
    /// <param name="cancellation">Ends the work between two batches.</param>
    /// <exception cref="CheckpointFormatException">A file is not what it should be, or the network has no module of the text encoder.</exception>
    public static IReadOnlyList<TokenEffect> Of(string network, string checkpoint, int clipSkip = 1, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        return NativeLibraries.Run(() => OfLoaded(network, checkpoint, clipSkip, progress, cancellation));
    }

    private static List<TokenEffect> OfLoaded(string network, string path, int clipSkip, Action<int, int>? progress, CancellationToken cancellation)
    {
        using var checkpoint = Checkpoint.Open(path, new() { AllowsUntrainable = true });
        var tokens = ClipVocabulary.Clip.Tokens.Append(ClipTokenizer.BeginText).Append(ClipTokenizer.EndText).ToList();
        var differences = Differences(network, checkpoint, clipSkip, tokens.Count - 2, tokens.Count - 1, progress, cancellation);
        return [.. differences.Select((d, id) => new TokenEffect(id, tokens[id], d))];
    }

    /// <summary>The mean magnitude of the change for each id from 0 to the end token's.</summary>
    /// <param name="network">The LoRA.</param>
    /// <param name="checkpoint">The model.</param>
    /// <param name="clipSkip">1 takes the last layer.</param>
    /// <param name="begin">Id of the begin token.</param>
    /// <param name="end">Id of the end token.</param>
    /// <param name="progress">Told how many tokens are done, and of how many.</param>
    /// <param name="cancellation">Ends the work between two batches.</param>
    internal static float[] Differences(string network, Checkpoint checkpoint, int clipSkip, int begin, int end, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var stored = StoredNetwork.Open(network);
        var part = checkpoint[ModelPart.TextEncoder];
        var changes = Changes(part, stored, ModuleAddresses.Of(checkpoint));
        if (changes.Count == 0)
            throw new CheckpointFormatException($"'{stored.Path}' changes no layer of the text encoder of '{checkpoint.Path}', so that no token means anything else with it. Give a LoRA that was trained with its text encoder.");
        var config = ClipConfig.Read(part.Config);
        using var without = new ClipTextEncoder(new WeightSource(part.Tensors, ScalarType.Float32), config);
        using var with = new ClipTextEncoder(new WeightSource(new ChangedStore(part.Tensors, changes), ScalarType.Float32), config);
        var all = new float[end + 1];
        for (var from = 0; from <= end; from += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var batch = NewDisposeScope();
            var count = Math.Min(BatchSize, end + 1 - from);
            var ids = stack([full(count, begin, dtype: int64), arange(from, from + count, dtype: int64), full(count, end, dtype: int64)], 1);    // [B, 3]
            var difference = (with.Encode(ids, clipSkip) - without.Encode(ids, clipSkip)).abs().mean([1, 2]);
            difference.to(ScalarType.Float32).data<float>().ToArray().CopyTo(all, from);
            progress?.Invoke(from + count, end + 1);
        }
        return all;
    }

    private static Dictionary<string, List<(StoredModule, double)>> Changes(CheckpointPart part, StoredNetwork network, Dictionary<string, (ModelPart Part, string Name)> addresses)
    {
        var changes = new Dictionary<string, List<(StoredModule, double)>>(StringComparer.Ordinal);
        foreach (var module in network.Modules)
        {
            if (addresses.TryGetValue(module.Name, out var address) && address.Part == part.Part)
                changes[address.Name] = [(module, 1)];
        }
        return changes;
    }
}

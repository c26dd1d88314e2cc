using System.Globalization;
using System.Runtime.CompilerServices;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Cuts a DyLoRA into networks of all the ranks that it was trained for.</summary>
public static class DyLoraSplit
{
    /// <summary>Writes one file for each rank: unit, 2 unit, ... below the whole rank.</summary>
    /// <param name="network">The DyLoRA.</param>
    /// <param name="destination">Name of the files to come; the rank is put before the extension.</param>
    /// <param name="unit">Step from one rank to the next.</param>
    /// <param name="cancellation">Ends the work between two files.</param>
    /// <exception cref="CheckpointFormatException">It is no LoRA, or none that can be split so.</exception>
    public static IEnumerable<LoraNetwork> Run(string network, string destination, int unit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unit, 1);
        // Before any method that mentions torch is compiled: that alone may make it look for its natives.
        NativeLibraries.Load();
        foreach (var rank in Ranks(network, unit))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Write(network, NameOf(destination, rank), rank);
        }
    }

    /// <summary>The file of a rank.</summary>
    public static string NameOf(string destination, int rank)
    {
        var full = Path.GetFullPath(destination);
        return Path.Combine(Path.GetDirectoryName(full)!, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(full)}-{rank:0000}{Path.GetExtension(full)}"));
    }

    /// <summary>The ranks below the whole one.</summary>
    public static IReadOnlyList<int> Ranks(string network, int unit)
    {
        using var stored = StoredNetwork.Open(network);
        var whole = (int)stored.LoraModules.Max(m => m.Rank);
        var ranks = new List<int>();
        for (var rank = unit; rank < whole; rank += unit)
            ranks.Add(rank);
        return ranks.Count > 0
            ? ranks
            : throw new CheckpointFormatException(string.Create(CultureInfo.InvariantCulture, $"'{stored.Path}' has the rank {whole}, which leaves nothing to split off in steps of {unit}. Give a smaller -Unit."));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LoraNetwork Write(string network, string destination, int rank)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using (var stored = StoredNetwork.Open(network))
        {
            SourceFiles.Refuse(destination, [stored.Path]);
            var whole = stored.LoraModules.Max(m => m.Rank);
            var tensors = new List<(string, Tensor)>();
            foreach (var module in stored.LoraModules)
            {
                var kept = Math.Min(rank, module.Rank);
                tensors.Add((module.DownKey, module.Down.narrow(0, 0, kept)));
                tensors.Add((module.UpKey, module.Up.narrow(1, 0, kept)));
                // alpha stays, so that the scale grows as the rank shrinks: each rank was trained with a factor of its own.
                if (stored.Store.Contains($"{module.Name}.alpha"))
                    tensors.Add(($"{module.Name}.alpha", stored.Store.Read($"{module.Name}.alpha")));
            }
            var metadata = new Dictionary<string, string>(stored.Metadata);
            metadata["ss_training_comment"] = string.Create(CultureInfo.InvariantCulture, $"split from DyLoRA, rank {whole} to {rank}; {metadata.GetValueOrDefault("ss_training_comment", "")}");
            metadata["ss_network_dim"] = MergedModules.Whole(rank);
            NetworkWriter.Write(destination, tensors, metadata, precision: null);
        }
        return LoraNetworkReader.Read(destination);
    }
}

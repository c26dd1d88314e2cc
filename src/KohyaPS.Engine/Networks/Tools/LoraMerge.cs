using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Merges LoRAs with each other into a new one.</summary>
public static class LoraMerge
{
    /// <summary>Merges and writes.</summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="CheckpointFormatException">A file is no LoRA, or they cannot be merged in the wanted way.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static LoraNetwork Run(LoraMergeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static LoraNetwork RunLoaded(LoraMergeRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var destination = Path.GetFullPath(request.Destination);
        var networks = new List<StoredNetwork>();
        try
        {
            foreach (var network in request.Networks)
                networks.Add(StoredNetwork.Open(network.Path));
            SourceFiles.Refuse(destination, networks.Select(n => n.Path));
            var isXl = networks.Any(n => FamilyFinder.Find(n.Store.File) == ModelFamily.Sdxl);
            var weighted = networks.Select((n, i) => new WeightedModules(n.LoraModules, request.Networks[i], isXl)).ToList();
            var merged = request.Method == LoraMergeMethod.Svd ? SvdMerge.Merge(request, weighted, cancellation) : MatrixMerge.Merge(request, weighted, cancellation);
            NetworkWriter.Write(destination, merged.Tensors, Metadata(request, networks, merged, isXl), request.Precision ?? request.MergePrecision);
        }
        finally
        {
            networks.ForEach(n => n.Dispose());
        }
        return LoraNetworkReader.Read(destination);
    }

    private static Dictionary<string, string> Metadata(LoraMergeRequest request, List<StoredNetwork> networks, MergedModules merged, bool isXl)
    {
        var metadata = new Dictionary<string, string> { ["ss_network_module"] = "networks.lora", ["ss_network_dim"] = merged.Dim, ["ss_network_alpha"] = merged.Alpha };
        foreach (var key in new[] { "ss_v2", "ss_base_model_version" })
        {
            if (networks.Select(n => n.Metadata.GetValueOrDefault(key)).FirstOrDefault(v => v is not null) is { } value)
                metadata[key] = value;
        }
        if (merged.Arguments is { } arguments)
            metadata["ss_network_args"] = arguments;
        if (request.OmitsMetadata)
            return metadata;
        var isV2 = metadata.GetValueOrDefault("ss_v2") == "True";
        // A file does not say what its SD2 model predicts; the peer takes v.
        var model = new SpecifiedModel(isXl ? ModelFamily.Sdxl : isV2 ? ModelFamily.Sd2 : ModelFamily.Sd1, IsV: isV2, IsLora: true);
        if (isV2)
            request.Warning?.Invoke("The networks belong to SD 2.x and do not say whether it predicts noise or v; the merged file's metadata says v.");
        foreach (var (key, value) in MergedModelSpec.For(Path.GetFullPath(request.Destination), model, networks.Select(n => MergedModelSpec.Title(n.Path, n.Metadata)), request.Clock.GetLocalNow().DateTime))
            metadata[key] = value;
        return metadata;
    }
}

using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Applies networks to the weights of a checkpoint and saves it. Tensor by tensor: never more than one of the checkpoint's is in memory.
/// Everything that the checkpoint holds is kept.
/// </summary>
public static class CheckpointMerge
{
    /// <summary>Merges and writes.</summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="CheckpointFormatException">A file is not what it should be, or they do not belong together.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static DiffusionCheckpoint Run(MergeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static DiffusionCheckpoint RunLoaded(MergeRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        var destination = Path.GetFullPath(request.Destination);
        using var checkpoint = Checkpoint.Open(request.Checkpoint, new() { Family = request.Family, AllowsUntrainable = true });
        var networks = new List<StoredNetwork>();
        try
        {
            foreach (var network in request.Networks)
                networks.Add(StoredNetwork.Open(network.Path));
            SourceFiles.Refuse(destination, networks.Select(n => n.Path).Append(checkpoint.Path));
            return Merge(request, destination, checkpoint, networks, cancellation);
        }
        finally
        {
            networks.ForEach(n => n.Dispose());
        }
    }

    private static DiffusionCheckpoint Merge(MergeRequest request, string destination, Checkpoint checkpoint, List<StoredNetwork> networks, CancellationToken cancellation)
    {
        var changes = Plan(request, checkpoint, networks, out var merged);
        var precision = request.Precision ?? checkpoint.OwnPrecision;
        var mergeType = request.MergePrecision.ToTorch();
        var metadata = request.OmitsMetadata ? [] : MergedModelSpec.For(destination, checkpoint, networks, request.Clock.GetLocalNow().DateTime);
        if (!request.OmitsMetadata && MergedModelSpec.IsAssumedV(checkpoint))
            request.Warning?.Invoke($"'{checkpoint.Path}' does not say whether it predicts noise or v; the merged file's metadata says v.");
        var changed = 0;
        var (bytes, tensors) = ModelWriter.Write(new(checkpoint, destination)
        {
            Precision = precision,
            Metadata = metadata,
            Progress = request.Progress,
            Warning = request.Warning,
            Cancellation = cancellation,
            Change = (tensor, stored) =>
            {
                var wanted = tensor.Part is { } part ? tensor.Holds.SelectMany(m => changes.GetValueOrDefault((part, m.Name), []).Select(c => (Change: c, m.Operation))).ToList() : [];
                // The U-Net and the text encoders pass through the merge type, changed or not; the rest does not. float32 holds every half exactly.
                var isKept = tensor.Part is null or ModelPart.Vae || !tensor.IsFloatingPoint
                    || (wanted.Count == 0 && mergeType == ScalarType.Float32 && tensor.Dtype != ScalarType.Float64);
                var weight = isKept ? stored : stored.to(mergeType);
                foreach (var (change, operation) in wanted)
                    weight = Apply(weight, change, operation);
                changed += wanted.Count > 0 ? 1 : 0;
                return weight;
            },
        });
        return new()
        {
            Path = destination,
            SizeBytes = bytes,
            Family = checkpoint.Family,
            Precision = precision,
            IsDiffusersFolder = !ModelWriter.IsFileName(destination),
            Source = checkpoint.Path,
            MergedNetworks = merged,
            Tensors = tensors,
            ChangedTensors = changed,
            Metadata = metadata,
        };
    }

    private static Dictionary<(ModelPart, string), List<Change>> Plan(MergeRequest request, Checkpoint checkpoint, List<StoredNetwork> networks, out List<MergedNetwork> merged)
    {
        var addresses = ModuleAddresses.Of(checkpoint);
        var changes = new Dictionary<(ModelPart, string), List<Change>>();
        merged = [];
        for (var i = 0; i < networks.Count; i++)
        {
            var wanted = request.Networks[i];
            var factors = wanted.BlockWeights is { } weights ? new BlockFactors(weights) : null;
            var skipped = new List<string>();
            foreach (var module in networks[i].Modules)
            {
                if (!addresses.TryGetValue(module.Name, out var address))
                {
                    skipped.Add(module.Name);
                    continue;
                }
                var ratio = wanted.Ratio * (factors?.Of(module.Name, module.Name.Contains("put_blocks_", StringComparison.Ordinal) || checkpoint.Family == ModelFamily.Sdxl) ?? 1);
                if (ratio == 0)
                    continue;
                if (!changes.TryGetValue(address, out var list))
                    changes[address] = list = [];
                list.Add(new(module, ratio));
            }
            var found = networks[i].Modules.Count - skipped.Count;
            if (found == 0)
                throw new CheckpointFormatException(
                    $"No module of '{networks[i].Path}' has a layer in '{checkpoint.Path}', which is {checkpoint.Detection.InWords()}; the first is '{skipped[0]}'. Merge it into the kind of model that it was trained on.");
            if (skipped.Count > 0)
                request.Warning?.Invoke($"{skipped.Count} of {networks[i].Modules.Count} modules of '{networks[i].Path}' have no layer in '{checkpoint.Path}' and are left out, first '{skipped[0]}'.");
            merged.Add(new(networks[i].Path, wanted.Ratio, found, skipped));
        }
        return changes;
    }

    private static Tensor Apply(Tensor weight, Change change, KeyOperation operation)
    {
        if (operation == KeyOperation.Transpose)
            return change.Module.AddTo(weight.t().contiguous(), change.Ratio).t().contiguous();
        if (operation is not (KeyOperation.RowsQ or KeyOperation.RowsK or KeyOperation.RowsV))
            return change.Module.AddTo(weight, change.Ratio);
        // A fused projection: only its third of the rows changes.
        var rows = weight.size(0) / 3;
        var result = weight.clone();
        using var third = result.narrow(0, (operation - KeyOperation.RowsQ) * rows, rows);
        third.copy_(change.Module.AddTo(third, change.Ratio));
        return result;
    }

    private sealed record Change(StoredModule Module, double Ratio);
}

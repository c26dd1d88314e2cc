using System.Runtime.CompilerServices;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Adds LoRAs to the weights of a checkpoint and saves it. Tensor by tensor: never more than one of the checkpoint's is in memory. Everything
/// that the checkpoint holds is kept.
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
        // Before any method that mentions torch is compiled: that alone may make it look for its natives.
        NativeLibraries.Load();
        return RunLoaded(request, cancellation);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DiffusionCheckpoint RunLoaded(MergeRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        var destination = Path.GetFullPath(request.Destination);
        using var checkpoint = Checkpoint.Open(request.Checkpoint, new() { Family = request.Family, AllowsUntrainable = true });
        var networks = new List<StoredNetwork>();
        try
        {
            foreach (var (path, _) in request.Networks)
                networks.Add(StoredNetwork.Open(path));
            RefuseSources(destination, networks.Select(n => n.Path).Append(checkpoint.Path));
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
        var tensors = checkpoint.IsFolder ? CheckpointTensors.OfParts(checkpoint) : CheckpointTensors.OfFile(checkpoint);
        var precision = request.Precision ?? OwnPrecision(tensors);
        var (mergeType, saveType) = (request.MergePrecision.ToTorch(), precision.ToTorch());
        var metadata = request.OmitsMetadata ? [] : MergedModelSpec.For(destination, checkpoint, networks, request.Clock.GetLocalNow().DateTime);
        if (!request.OmitsMetadata && MergedModelSpec.IsAssumedV(checkpoint))
            request.Warning?.Invoke($"'{checkpoint.Path}' does not say whether it predicts noise or v; the merged file's metadata says v.");
        var done = 0;
        var size = TensorFile.Save(destination, tensors, t => SaveType(t, checkpoint.Family, saveType), metadata, (tensor, stored) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var wanted = changes.GetValueOrDefault(tensor.Key, []);
            // The U-Net and the text encoders pass through the merge type, changed or not; the rest does not. float32 holds every half exactly.
            var isKept = tensor.Part is null or ModelPart.Vae || !tensor.IsFloatingPoint
                || (wanted.Count == 0 && mergeType == ScalarType.Float32 && tensor.Dtype != ScalarType.Float64);
            var weight = isKept ? stored : stored.to(mergeType);
            foreach (var change in wanted)
                weight = Apply(weight, change);
            request.Progress?.Invoke(++done, tensors.Count);
            return weight;
        });
        return new()
        {
            Path = destination,
            SizeBytes = size,
            Family = checkpoint.Family,
            Precision = precision,
            Source = checkpoint.Path,
            MergedNetworks = merged,
            Tensors = tensors.Count,
            ChangedTensors = tensors.Count(t => changes.ContainsKey(t.Key)),
            Metadata = metadata,
        };
    }

    private static Dictionary<string, List<Change>> Plan(MergeRequest request, Checkpoint checkpoint, List<StoredNetwork> networks, out List<MergedNetwork> merged)
    {
        var addresses = ModuleAddresses.Of(checkpoint);
        var changes = new Dictionary<string, List<Change>>(StringComparer.Ordinal);
        merged = [];
        for (var i = 0; i < networks.Count; i++)
        {
            var skipped = new List<string>();
            foreach (var module in networks[i].Modules)
            {
                if (!addresses.TryGetValue(module.Name, out var address))
                {
                    skipped.Add(module.Name);
                    continue;
                }
                if (!changes.TryGetValue(address.FileKey, out var list))
                    changes[address.FileKey] = list = [];
                list.Add(new(module, request.Networks[i].Ratio, address.Operation));
            }
            var found = networks[i].Modules.Count - skipped.Count;
            if (found == 0)
                throw new CheckpointFormatException(
                    $"No module of '{networks[i].Path}' has a layer in '{checkpoint.Path}', which is {checkpoint.Detection.InWords()}; the first is '{skipped[0]}'. Merge it into the kind of model that it was trained on.");
            if (skipped.Count > 0)
                request.Warning?.Invoke($"{skipped.Count} of {networks[i].Modules.Count} modules of '{networks[i].Path}' have no layer in '{checkpoint.Path}' and are left out, first '{skipped[0]}'.");
            merged.Add(new(networks[i].Path, request.Networks[i].Ratio, found, skipped));
        }
        return changes;
    }

    private static Tensor Apply(Tensor weight, Change change)
    {
        if (change.Operation is not (KeyOperation.RowsQ or KeyOperation.RowsK or KeyOperation.RowsV))
            return change.Module.AddTo(weight, change.Ratio);
        // A fused projection: only its third of the rows changes.
        var rows = weight.size(0) / 3;
        var result = weight.clone();
        using var third = result.narrow(0, (change.Operation - KeyOperation.RowsQ) * rows, rows);
        third.copy_(change.Module.AddTo(third, change.Ratio));
        return result;
    }

    // What a file carries besides the model keeps its type, as sd-scripts keeps it for SD1 and SD2; it drops it for SDXL.
    private static ScalarType SaveType(CheckpointTensor tensor, ModelFamily family, ScalarType saveType) =>
        tensor.IsFloatingPoint && (tensor.Part is not null || family == ModelFamily.Sdxl) ? saveType : tensor.Dtype;

    private static SavePrecision OwnPrecision(IEnumerable<CheckpointTensor> tensors) =>
        tensors.FirstOrDefault(t => t.Part == ModelPart.Unet && t.IsFloatingPoint)?.Dtype switch
        {
            ScalarType.BFloat16 => SavePrecision.Bf16,
            ScalarType.Float32 or ScalarType.Float64 => SavePrecision.Float,
            _ => SavePrecision.Fp16,
        };

    private static void RefuseSources(string destination, IEnumerable<string> sources)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        string Target(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } link ? link.FullName : path;
        foreach (var source in sources)
        {
            if (Target(source).Equals(Target(destination), comparison))
                throw new IOException($"'{destination}' is one of the files to be merged, and those are never changed. Give another -Destination.");
        }
    }

    private sealed record Change(StoredLora Module, double Ratio, KeyOperation Operation);
}

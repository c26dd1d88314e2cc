using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Mixes checkpoints: each weight becomes the weighted sum of those of the models. Tensor by tensor, so that any size fits in memory.</summary>
public static class ModelMerge
{
    // What is no U-Net, by sd-scripts' reading of the keys.
    private static readonly string[] OtherParts = ["first_stage_model", "cond_stage_model", "conditioner."];

    /// <summary>Merges and writes.</summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="CheckpointFormatException">A file is no checkpoint, or they are of different kinds.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static DiffusionCheckpoint Run(ModelMergeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static DiffusionCheckpoint RunLoaded(ModelMergeRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        var destination = Path.GetFullPath(request.Destination);
        var models = new List<NormalizedFile>();
        try
        {
            foreach (var (path, _) in request.Models)
                models.Add(new(TensorFileStore.Open(path)));
            SourceFiles.Refuse(destination, models.Select(m => m.Store.Path));
            return Merge(request, destination, models, cancellation);
        }
        finally
        {
            models.ForEach(m => m.Store.Dispose());
        }
    }

    private static DiffusionCheckpoint Merge(ModelMergeRequest request, string destination, List<NormalizedFile> models, CancellationToken cancellation)
    {
        var first = models[0];
        var detection = ModelDetector.Detect(first.Store.File);
        var isV = detection is { Prediction: ModelPrediction.V, PredictionSource: PredictionSource.Metadata or PredictionSource.GlobalStep };
        var metadata = isV ? new Dictionary<string, string> { [ModelDetector.PredictionKey] = "v" } : [];
        var (mergeType, saveType) = (request.MergePrecision.ToTorch(), request.Precision.ToTorch());
        for (var i = 1; i < models.Count; i++)
        {
            var extra = models[i].Keys.Keys.Where(k => !first.Keys.ContainsKey(k)).ToList();
            if (extra.Count > 0)
                request.Warning?.Invoke($"{extra.Count} tensors of '{models[i].Store.Path}' are not in the first model and are left out, first '{extra[0]}'.");
            var missing = first.Keys.Keys.Where(k => !models[i].Keys.ContainsKey(k)).ToList();
            if (missing.Count > 0)
                request.Warning?.Invoke($"'{models[i].Store.Path}' lacks {missing.Count} tensors of the first model, whose own values take their place, first '{missing[0]}'.");
        }
        var tensors = first.Keys.Select(k => new CheckpointTensor(k.Key, ModelPart.Unet, first.Store[k.Value].Dtype.ToTorch(), first.Store.Shape(k.Value), () => first.Read(k.Value))).ToList();
        var done = 0;
        var bytes = TensorFile.Save(destination, tensors, _ => saveType, metadata, (tensor, stored) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var own = stored.to(mergeType);
            request.Progress?.Invoke(++done, tensors.Count);
            if (request.UnetOnly && OtherParts.Any(p => tensor.Key.Contains(p, StringComparison.Ordinal)))
                return own;
            var sum = own * request.Models[0].Ratio;
            for (var i = 1; i < models.Count; i++)
                sum += Other(models[i], tensor, own, mergeType) * request.Models[i].Ratio;
            return sum;
        }, (null, isV ? 1 : null));
        return new()
        {
            Path = destination,
            SizeBytes = bytes,
            Family = detection.Family ?? ModelFamily.Sd1,
            Precision = request.Precision,
            Source = first.Store.Path,
            Tensors = tensors.Count,
            Metadata = metadata,
            ChangedTensors = tensors.Count(t => !request.UnetOnly || !OtherParts.Any(p => t.Key.Contains(p, StringComparison.Ordinal))),
        };
    }

    private static Tensor Other(NormalizedFile model, CheckpointTensor tensor, Tensor own, ScalarType mergeType)
    {
        if (!model.Keys.TryGetValue(tensor.Key, out var key))
            return own;
        var shape = model.Store.Shape(key);
        return shape.SequenceEqual(tensor.Shape)
            ? model.Read(key).to(mergeType)
            : throw new CheckpointFormatException($"The tensor '{tensor.Key}' has the dimensions [{string.Join(", ", shape)}] in '{model.Store.Path}' and [{string.Join(", ", tensor.Shape)}] in the first model. Merge models of one kind.");
    }

    /// <summary>A file's keys in their present form.</summary>
    private sealed class NormalizedFile
    {
        public NormalizedFile(TensorFileStore store)
        {
            Store = store;
            var layout = SingleFileLayout.Of(store.Names.Any(n => n.StartsWith("conditioner.", StringComparison.Ordinal)) ? ModelFamily.Sdxl : ModelFamily.Sd1);
            foreach (var name in store.Names.Where(n => !ScaledWeight.IsFactor(n)))
                Keys.TryAdd(layout.NormalizeKey(name), name);
        }

        public TensorFileStore Store { get; }

        public Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

        public Tensor Read(string name) => ScaledWeight.Read(name, Store.Contains, Store.Read, Store.Path);
    }
}

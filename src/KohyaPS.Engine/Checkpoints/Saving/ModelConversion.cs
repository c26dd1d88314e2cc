using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Saves a model in another layout, format or number type.</summary>
public static class ModelConversion
{
    /// <summary>Converts and writes.</summary>
    /// <param name="request">What, and into what.</param>
    /// <param name="cancellation">Ends the work between two tensors.</param>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="CheckpointFormatException">It is no model that is known here, or an incomplete one.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static DiffusionCheckpoint Run(ConversionRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static DiffusionCheckpoint RunLoaded(ConversionRequest request, CancellationToken cancellation)
    {
        var destination = Path.GetFullPath(request.Destination);
        using var checkpoint = Checkpoint.Open(request.Source, new() { Family = request.Family, Variant = request.Variant, AllowsUntrainable = true });
        SourceFiles.Refuse(destination, [checkpoint.Path]);
        foreach (var part in checkpoint.Parts)
            part.RequireTensors(checkpoint.Path);
        if (checkpoint.LeftOut.Count > 0)
            request.Warning?.Invoke($"'{checkpoint.Path}' also holds objects of the classes {string.Join(", ", checkpoint.LeftOut.Take(5))}; they are no weights and are left out.");
        var isFile = ModelWriter.IsFileName(destination);
        var metadata = isFile ? MetadataOf(checkpoint) : new Dictionary<string, string>();
        var (bytes, tensors) = ModelWriter.Write(new(checkpoint, destination)
        {
            Precision = request.Precision,
            Metadata = metadata,
            Progress = request.Progress,
            Warning = request.Warning,
            Cancellation = cancellation,
        });
        return new()
        {
            Path = destination,
            SizeBytes = bytes,
            Family = checkpoint.Family,
            IsDiffusersFolder = !isFile,
            Precision = request.Precision ?? (checkpoint.IsFp8 ? null : checkpoint.OwnPrecision),
            Source = checkpoint.Path,
            Tensors = tensors,
            Metadata = metadata,
        };
    }

    // A folder's scheduler or a pickle's step count says what a model predicts; a safetensors file has no other place for it. Most models of
    // SD 1.x and SDXL predict noise, and that need not be said.
    private static IReadOnlyDictionary<string, string> MetadataOf(Checkpoint source)
    {
        var (found, isV) = (source.Detection, source.Detection.Prediction == ModelPrediction.V);
        return found is { Prediction: not null, PredictionSource: PredictionSource.Scheduler or PredictionSource.GlobalStep } && (isV || source.Family == ModelFamily.Sd2)
            ? new Dictionary<string, string>(source.Metadata) { [ModelDetector.PredictionKey] = isV ? "v" : "epsilon" }
            : source.Metadata;
    }
}

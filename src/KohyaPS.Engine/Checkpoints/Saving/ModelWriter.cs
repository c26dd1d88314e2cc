using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.TensorFiles;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Writes models tensor by tensor, so that never more than one is in memory, and beside the target until all is there.</summary>
internal static class ModelWriter
{
    /// <summary>True where a name asks for a single file.</summary>
    public static bool IsFileName(string path) => path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || AnyTensorFile.IsPickleName(path);

    /// <summary>Writes a model.</summary>
    /// <returns>Bytes written, and the number of tensors.</returns>
    /// <exception cref="IOException">The destination cannot be written, or is a source.</exception>
    public static (long Bytes, int Tensors) Write(ModelWriting writing)
    {
        using var noGradient = no_grad();
        var source = writing.Source;
        var isFile = IsFileName(writing.Destination);
        if (source.Unexpected.Count > 0 && (source.IsFolder || !isFile))
            writing.Warning?.Invoke($"{source.Unexpected.Count} tensors of '{source.Path}' are no part of the model and are left out, first '{source.Unexpected[0]}'.");
        if (!isFile)
            return DiffusersFolderWriter.Write(writing);
        Sidecar.RequireReplaceable(writing.Destination);
        if (AnyTensorFile.IsPickleName(writing.Destination) && LosesPrediction(source))
            writing.Warning?.Invoke($"'{source.Path}' says that it predicts the velocity, for which a PyTorch file has no place: set VParameterization where '{writing.Destination}' is trained, or save it as .safetensors.");
        var tensors = CheckpointTensors.ForFile(source);
        var done = 0;
        // Any count of steps but one tells an SD2 that predicts the velocity; 0 stands for one that is not known.
        var steps = (source.Epoch, source.GlobalStep ?? (source is { Family: ModelFamily.Sd2, Detection.Prediction: ModelPrediction.V } ? 1 : null));
        var bytes = TensorFile.Save(
            writing.Destination, tensors, t => t.SaveType(writing.Source.Family, writing.Precision), writing.Metadata, (t, stored) => Changed(writing, t, stored, tensors.Count, ref done), steps);
        Sidecar.Write(writing.Source, writing.Destination);
        return (bytes, tensors.Count);
    }

    // SD2 says it by a count of steps, and others by a tensor, which a folder has not.
    private static bool LosesPrediction(Checkpoint source) => source.Family != ModelFamily.Sd2 && source.Detection is { Prediction: ModelPrediction.V, PredictionSource: not PredictionSource.VPredKey };

    /// <summary>A tensor as it is to be saved.</summary>
    internal static Tensor Changed(ModelWriting writing, CheckpointTensor tensor, Tensor stored, int count, ref int done)
    {
        writing.Cancellation.ThrowIfCancellationRequested();
        var changed = writing.Change is { } change ? change(tensor, stored) : stored;
        writing.Progress?.Invoke(++done, count);
        return changed;
    }
}

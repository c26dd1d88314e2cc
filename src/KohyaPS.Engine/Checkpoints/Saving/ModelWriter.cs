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
        if (!IsFileName(writing.Destination))
            return DiffusersFolderWriter.Write(writing);
        var tensors = CheckpointTensors.ForFile(writing.Source);
        var done = 0;
        var steps = (writing.Source.Epoch, writing.Source.GlobalStep);
        var bytes = TensorFile.Save(
            writing.Destination, tensors, t => t.SaveType(writing.Source.Family, writing.Precision), writing.Metadata, (t, stored) => Changed(writing, t, stored, tensors.Count, ref done), steps);
        Sidecar.Write(writing.Source, writing.Destination);
        return (bytes, tensors.Count);
    }

    /// <summary>A tensor as it is to be saved.</summary>
    internal static Tensor Changed(ModelWriting writing, CheckpointTensor tensor, Tensor stored, int count, ref int done)
    {
        writing.Cancellation.ThrowIfCancellationRequested();
        var changed = writing.Change is { } change ? change(tensor, stored) : stored;
        writing.Progress?.Invoke(++done, count);
        return changed;
    }
}

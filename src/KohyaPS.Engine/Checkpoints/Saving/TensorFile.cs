using KohyaPS.Pickles;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Writes tensors to files of safetensors or, by the file's name, of PyTorch, one at a time, and reads small files whole.</summary>
internal static class TensorFile
{
    private const long ChunkElements = 1 << 26;

    /// <summary>Writes a file of tensors that are in memory.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="tensors">By key.</param>
    /// <param name="metadata">Free text for the header.</param>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (AnyTensorFile.IsPickleName(path))
            new PickleWriter([.. Declare(tensors)]).Write(path, (declared, target) => WriteBytes(tensors[declared.Name], target));
        else
            new SafetensorsWriter(Declare(tensors), metadata).Write(path, (entry, target) => WriteBytes(tensors[entry.Name], target));
    }

    /// <summary>The hashes of tensors as they would be saved.</summary>
    public static SafetensorsHashes Hash(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata) =>
        SafetensorsHashes.Compute(Declare(tensors), metadata, (entry, target) => WriteBytes(tensors[entry.Name], target));

    /// <summary>Writes a checkpoint, reading each tensor only when its turn has come.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="tensors">What to write.</param>
    /// <param name="dtype">The type that a tensor is saved in.</param>
    /// <param name="metadata">Free text for the header.</param>
    /// <param name="change">Turns a tensor into the one to be saved; null leaves all as they are. The result may be of any type.</param>
    /// <param name="steps">How far the training had come, for a PyTorch file.</param>
    /// <returns>Bytes of the file.</returns>
    public static long Save(
        string path, IReadOnlyList<CheckpointTensor> tensors, Func<CheckpointTensor, ScalarType> dtype,
        IReadOnlyDictionary<string, string>? metadata, Func<CheckpointTensor, Tensor, Tensor>? change = null, (long? Epoch, long? GlobalStep) steps = default)
    {
        var byKey = tensors.ToDictionary(t => t.Key, StringComparer.Ordinal);
        var declared = tensors.Select(t => new SafetensorsDeclaration(t.Key, dtype(t).ToStored(), t.Shape)).ToList();
        if (AnyTensorFile.IsPickleName(path))
        {
            new PickleWriter(declared, steps.Epoch, steps.GlobalStep).Write(path, WriteOne);
            return new FileInfo(path).Length;
        }
        var writer = new SafetensorsWriter(declared, metadata);
        writer.Write(path, WriteOne);
        return writer.FileLength;

        void WriteOne(SafetensorsDeclaration due, Stream target)
        {
            using var scope = NewDisposeScope();
            var tensor = byKey[due.Name];
            var stored = tensor.Read();
            var changed = change is null ? stored : change(tensor, stored);
            WriteBytes(changed.to(due.Dtype.ToTorch()), target);
        }
    }

    /// <summary>Reads all tensors of a file, on the CPU in their stored types; the caller owns them. For networks and states, not for models.</summary>
    /// <exception cref="CheckpointFormatException">The file is not what it should be.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var store = TensorFileStore.Open(path);
        using var grad = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in store.Names)
        {
            using var mapped = store.Read(name);
            tensors.Add(name, mapped.clone().DetachFromDisposeScope());
        }
        return tensors;
    }

    private static IEnumerable<SafetensorsDeclaration> Declare(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(t => new SafetensorsDeclaration(t.Key, t.Value.dtype.ToStored(), t.Value.shape));

    internal static void WriteBytes(Tensor tensor, Stream target)
    {
        using var scope = NewDisposeScope();
        // A span holds 2 GiB at most, and a scalar has no dimension to cut.
        var flat = tensor.detach().cpu().contiguous().reshape(-1);
        for (var at = 0L; at < flat.numel(); at += ChunkElements)
            target.Write(flat.narrow(0, at, Math.Min(ChunkElements, flat.numel() - at)).bytes);
    }
}

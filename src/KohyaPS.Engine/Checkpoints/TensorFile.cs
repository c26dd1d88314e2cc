using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>A safetensors file of tensors that lie in memory: networks and states, small beside a model.</summary>
internal static class TensorFile
{
    /// <summary>Writes tensors; the file is whole or absent.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="tensors">Name and value; on any device.</param>
    /// <param name="metadata">Free text for the header; null for none.</param>
    public static void Write(string path, IReadOnlyCollection<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var byName = tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);
        var writer = new SafetensorsWriter(tensors.Select(t => new SafetensorsDeclaration(t.Name, t.Value.dtype.ToStored(), t.Value.shape)), metadata);
        using var grad = no_grad();
        writer.Write(path, (entry, target) =>
        {
            using var scope = NewDisposeScope();
            var value = byName[entry.Name].detach().cpu().contiguous();
            if (value.numel() > 0)
                target.Write(value.bytes);
        });
    }

    /// <summary>Reads all tensors of a file, on the CPU in their stored types; the caller owns them.</summary>
    /// <exception cref="CheckpointFormatException">The file is not what it should be.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var store = SafetensorsStore.Open(path);
        using var grad = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var name in store.Names)
        {
            using var mapped = store.Read(name);
            tensors.Add(name, mapped.clone().DetachFromDisposeScope());
        }
        return tensors;
    }
}

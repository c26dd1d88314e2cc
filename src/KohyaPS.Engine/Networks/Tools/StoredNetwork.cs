using KohyaPS.Engine.Checkpoints;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>An open LoRA file whose modules can be added to weights.</summary>
internal sealed class StoredNetwork : IDisposable
{
    private readonly TensorFileStore store;

    private StoredNetwork(TensorFileStore store, IReadOnlyList<StoredLora> modules) => (this.store, Modules) = (store, modules);

    /// <summary>Full path.</summary>
    public string Path => store.Path;

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => store.File.Metadata;

    /// <summary>The modules in the order of the file.</summary>
    public IReadOnlyList<StoredLora> Modules { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointFormatException">It is no LoRA or LoCon that can be added, or a module is incomplete.</exception>
    public static StoredNetwork Open(string path)
    {
        var store = TensorFileStore.Open(path);
        try
        {
            var keys = store.Names.Select(n => (Name: n, Key: LoraKey.Parse(n))).ToList();
            foreach (var (name, key) in keys)
            {
                if (key.Role is not ("lora_down.weight" or "lora_up.weight" or "alpha"))
                    throw new CheckpointFormatException(key.IsKnown
                        ? $"'{store.Path}' holds '{name}', of a kind of network ({key.Algorithm?.ToString() ?? key.Role}) that cannot be merged. Merge LoRA and LoCon files; others can be loaded beside the model by the program that makes pictures."
                        : $"'{store.Path}' is no LoRA: it holds '{name}'. Check that it is the file you meant.");
            }
            if (keys.Count == 0)
                throw new CheckpointFormatException($"'{store.Path}' is no LoRA: it has no tensors. Check that it is the file you meant.");
            return new(store, [.. keys.GroupBy(k => k.Key.Module).Select(m => StoredLora.Of(store, m.Key, m.ToDictionary(k => k.Key.Role, k => k.Name)))]);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();
}

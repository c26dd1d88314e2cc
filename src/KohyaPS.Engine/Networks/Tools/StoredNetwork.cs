using KohyaPS.Engine.Checkpoints;
using KohyaPS.Networks;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>An open network file whose modules can be applied to weights.</summary>
internal sealed class StoredNetwork : IDisposable
{
    private static readonly string[] LoraRoles = ["lora_down.weight", "lora_up.weight", "alpha"];
    private static readonly string[] OftRoles = ["oft_blocks", "alpha"];
    private readonly TensorFileStore store;

    private StoredNetwork(TensorFileStore store, IReadOnlyList<StoredModule> modules) => (this.store, Modules) = (store, modules);

    /// <summary>Full path.</summary>
    public string Path => store.Path;

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => store.File.Metadata;

    /// <summary>The file's tensors.</summary>
    public TensorFileStore Store => store;

    /// <summary>The modules in the order of the file.</summary>
    public IReadOnlyList<StoredModule> Modules { get; }

    /// <summary>The modules, where all of them are LoRA or LoCon.</summary>
    /// <exception cref="CheckpointFormatException">One of them is of another kind.</exception>
    public IReadOnlyList<StoredLora> LoraModules => Modules.FirstOrDefault(m => m is not StoredLora) is { } other
        ? throw new CheckpointFormatException($"The module '{other.Name}' of '{Path}' is no LoRA, which this tool needs. Give LoRA and LoCon files.")
        : [.. Modules.Cast<StoredLora>()];

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointFormatException">It is no network that can be applied here, or a module is incomplete.</exception>
    public static StoredNetwork Open(string path)
    {
        var store = TensorFileStore.Open(path);
        try
        {
            var keys = store.Names.Select(n => (Name: n, Key: LoraKey.Parse(n))).ToList();
            if (keys.Count == 0)
                throw new CheckpointFormatException($"'{store.Path}' is no LoRA: it has no tensors. Check that it is the file you meant.");
            var isOft = keys.Any(k => k.Key.Role == "oft_blocks") && store.File.Tensors.All(t => !t.Name.EndsWith(".oft_blocks", StringComparison.Ordinal) || t.Shape.Count == 3);
            foreach (var (name, key) in keys)
            {
                if (!(isOft ? OftRoles : LoraRoles).Contains(key.Role))
                    throw new CheckpointFormatException(key.IsKnown
                        ? $"'{store.Path}' holds '{name}', of a kind of network ({key.Algorithm?.ToString() ?? key.Role}) that cannot be merged. Merge LoRA, LoCon and OFT files; others can be loaded beside the model by the program that makes pictures."
                        : $"'{store.Path}' is no LoRA: it holds '{name}'. Check that it is the file you meant.");
            }
            return new(store, [.. keys.GroupBy(k => k.Key.Module).Select(m => Module(store, m.Key, Roles(store, m), isOft))]);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();

    private static Dictionary<string, string> Roles(TensorFileStore store, IEnumerable<(string Name, LoraKey Key)> keys)
    {
        var roles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, key) in keys)
        {
            if (!roles.TryAdd(key.Role, name))
                throw new CheckpointFormatException($"'{store.Path}' holds the same matrix twice, as '{roles[key.Role]}' and as '{name}'. Get the file again from the program that made it.");
        }
        return roles;
    }

    private static StoredModule Module(TensorFileStore store, string name, Dictionary<string, string> roles, bool isOft) =>
        isOft ? StoredOft.Of(store, name, roles) : StoredLora.Of(store, name, roles);
}

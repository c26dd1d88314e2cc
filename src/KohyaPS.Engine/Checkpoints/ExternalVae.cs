using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Structure;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>
/// A VAE that replaces a model's own: a diffusers folder (the VAE's or a whole model's), a file of either layout, or a whole checkpoint. VAE
/// files of all generations have one shape; the scaling factor is that of the model it serves.
/// </summary>
internal sealed class ExternalVae : IDisposable
{
    private static readonly string[] LeftoverPrefixes = ["loss.", "model_ema."];
    private readonly List<TensorFileStore> stores;

    private ExternalVae(CheckpointPart part, List<TensorFileStore> stores) => (Part, this.stores) = (part, stores);

    /// <summary>The VAE, complete.</summary>
    public CheckpointPart Part { get; }

    /// <summary>Opens a VAE.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="family">Generation of the model that it serves.</param>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="CheckpointFormatException">It is no VAE, or an incomplete one.</exception>
    public static ExternalVae Open(string path, ModelFamily family)
    {
        var stores = new List<TensorFileStore>();
        try
        {
            var full = Path.GetFullPath(path);
            var part = Directory.Exists(full) ? OpenFolder(full, stores) : OpenFile(full, family, stores);
            part = part with { Config = ScaledFor(family, part.Config) };
            part.RequireComplete(full);
            return new(part, stores);
        }
        catch
        {
            stores.ForEach(s => s.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stores.ForEach(s => s.Dispose());

    private static CheckpointPart OpenFolder(string folder, List<TensorFileStore> stores)
    {
        var inner = Path.Combine(folder, ModelPart.Vae.FolderName());
        var own = File.Exists(Path.Combine(folder, "config.json")) ? folder : inner;
        return Directory.Exists(own)
            ? DiffusersFolder.OpenPart(own, ModelPart.Vae, null, stores)
            : throw new CheckpointFormatException($"'{folder}' holds no VAE: neither 'config.json' nor a folder 'vae'. Give the VAE's folder or its .safetensors file.");
    }

    private static CheckpointPart OpenFile(string path, ModelFamily family, List<TensorFileStore> stores)
    {
        var store = TensorFileStore.Open(path);
        stores.Add(store);
        var detection = ModelDetector.Detect(store.File);
        if (detection.Kind is not (ModelKind.Vae or ModelKind.Checkpoint) || detection.Missing.Contains(ModelPart.Vae))
            throw new CheckpointFormatException($"'{path}' is {detection.InWords()}{(detection.Kind == ModelKind.Checkpoint ? " without a VAE" : "")}, no VAE. Give a VAE file, or leave the setting out to use the model's own.");
        var prefix = new[] { SingleFileLayout.VaePrefix, "vae." }.FirstOrDefault(p => store.Names.Any(n => n.StartsWith(p, StringComparison.Ordinal))) ?? "";
        var keys = store.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => n[prefix.Length..])
            .Where(n => !LeftoverPrefixes.Any(l => n.StartsWith(l, StringComparison.Ordinal))).ToList();
        var map = VaeKeyMap.For(keys);
        var mappings = keys
            .Select(key => (Key: key, Name: detection.IsDiffusersLayout == true ? VaeKeyMap.Modernize(key) : map.ToDiffusers(key)))
            .Where(m => m.Name is not null)
            .Select(m => new KeyMapping(m.Name!, prefix + m.Key, VaeKeyMap.IsProjection(m.Name!) ? KeyOperation.Squeeze : KeyOperation.Same));
        var tensors = new MappedStore(ModelPart.Vae.InWords(), mappings.Select(m => (store, m)));
        var config = VaeStructure.Infer(family, tensors);
        foreach (var field in CheckpointConfigs.Beside(path)?[ModelPart.Vae]?.EnumerateObject() ?? default)
            config[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        return new(ModelPart.Vae, tensors, JsonSerializer.SerializeToElement(config));
    }

    private static JsonElement ScaledFor(ModelFamily family, JsonElement config)
    {
        var scaled = JsonNode.Parse(config.GetRawText()) as JsonObject ?? throw new CheckpointFormatException("vae/config.json holds no JSON object. Get the VAE's folder anew.");
        scaled["scaling_factor"] = VaeStructure.ScalingFactor(family);
        return JsonSerializer.SerializeToElement(scaled);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Structure;
using KohyaPS.Pickles;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>
/// A Stable Diffusion model on disk, opened: its parts under one vocabulary of names, whatever the layout. Nothing is read until a tensor
/// is asked for. Tensors stay valid after <see cref="Dispose"/>; the stores do not.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private readonly List<TensorFileStore> stores;
    private readonly Dictionary<ModelPart, CheckpointPart> parts;

    private Checkpoint(string path, ModelDetection detection, List<TensorFileStore> stores, IEnumerable<CheckpointPart> parts, IReadOnlyList<string> unexpected)
    {
        Path = path;
        Detection = detection;
        this.stores = stores;
        this.parts = parts.ToDictionary(p => p.Part);
        Unexpected = [.. unexpected, .. this.parts.Values.SelectMany(p => p.Unexpected.Select(n => $"{p.Part.FolderName()}: {n}"))];
    }

    /// <summary>Full path of the file or folder.</summary>
    public string Path { get; }

    /// <summary>What the model was found to be.</summary>
    public ModelDetection Detection { get; }

    /// <summary>The generation.</summary>
    public ModelFamily Family => Detection.Family!.Value;

    /// <summary>Tensors that are no part of the model as it is built here, for a warning.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>The metadata of a single file; empty for a folder.</summary>
    public IReadOnlyDictionary<string, string> Metadata => IsFolder ? new Dictionary<string, string>() : stores[0].File.Metadata;

    /// <summary>Epochs trained, where a PyTorch file says it.</summary>
    public long? Epoch => IsFolder ? null : (stores[0].File as PickleFile)?.Epoch;

    /// <summary>Steps trained, where a PyTorch file says it.</summary>
    public long? GlobalStep => IsFolder ? null : stores[0].File.GlobalStep;

    /// <summary>Classes that a PyTorch file names and whose objects were left out, for a note.</summary>
    public IReadOnlyList<string> LeftOut => [.. stores.Select(s => s.File).OfType<PickleFile>().SelectMany(f => f.Placeholders).Distinct()];

    /// <summary>The type that most of the U-Net's numbers are stored in; half precision for those of 8 bits.</summary>
    public SavePrecision OwnPrecision => Detection.IsScaledFp8 ? SavePrecision.Fp16 : Find(ModelPart.Unet)?.MainType switch
    {
        ScalarType.BFloat16 => SavePrecision.Bf16,
        ScalarType.Float32 or ScalarType.Float64 => SavePrecision.Float,
        _ => SavePrecision.Fp16,
    };

    /// <summary>True where the U-Net's weights have 8 bits.</summary>
    public bool IsFp8 => Find(ModelPart.Unet) is { } unet && unet.Tensors.Names.Any(n => unet.Tensors.Dtype(n).IsFloat8());

    /// <summary>True for a diffusers folder.</summary>
    public bool IsFolder => Detection.IsDiffusersLayout == true;

    /// <summary>The store of a single file, under its own keys.</summary>
    public TensorFileStore SingleFile => IsFolder ? throw new InvalidOperationException("A diffusers folder has no single file.") : stores[0];

    /// <summary>The parts that are there.</summary>
    public IReadOnlyCollection<CheckpointPart> Parts => parts.Values;

    /// <summary>A part, complete.</summary>
    /// <exception cref="CheckpointFormatException">The model lacks the part, or some of its tensors.</exception>
    public CheckpointPart this[ModelPart part]
    {
        get
        {
            var found = Find(part) ?? throw new CheckpointFormatException(part == ModelPart.Vae
                ? $"'{Path}' has no VAE. Name one with -Vae, or use a checkpoint that includes it."
                : $"'{Path}' has no {part.InWords()}. Use a checkpoint that includes it.");
            found.RequireComplete(Path);
            return found;
        }
    }

    /// <summary>Opens a single file or a diffusers folder.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="CheckpointFormatException">It is no model that can be used here; the message says what was found.</exception>
    public static Checkpoint Open(string path, CheckpointOptions? options = null)
    {
        options ??= new();
        var full = System.IO.Path.GetFullPath(path);
        var checkpoint = Directory.Exists(full) ? OpenFolder(full, options) : OpenSingleFile(full, options);
        var fault = !options.AllowsUntrainable && checkpoint.Detection.Variant != ModelVariant.None
            ? $"is {checkpoint.Detection.InWords()}; a LoRA cannot be trained on it here. Use the text-to-image model of that generation."
            : options.Variant is { } variant && !checkpoint.stores.Any(s => System.IO.Path.GetFileName(s.Path).Contains($".{variant}", StringComparison.OrdinalIgnoreCase))
            ? $"has no weights of the variant '{variant}'. Leave out the variant, or give one that the names of its files have."
            : null;
        if (fault is null)
            return checkpoint;
        checkpoint.Dispose();
        throw new CheckpointFormatException($"'{full}' {fault}");
    }

    /// <summary>The part where it is there, unchecked; null otherwise.</summary>
    public CheckpointPart? Find(ModelPart part) => parts.GetValueOrDefault(part);

    /// <summary>Closes the files.</summary>
    public void Dispose() => stores.ForEach(s => s.Dispose());

    private static Checkpoint OpenSingleFile(string path, CheckpointOptions options)
    {
        var store = TensorFileStore.Open(path);
        try
        {
            var detection = ModelDetector.Detect(store.File) with { IsDiffusersLayout = false };
            if (detection.Kind == ModelKind.Unknown && options.Family is not null)
                detection = detection with { Kind = ModelKind.Checkpoint };
            if (detection.Kind != ModelKind.Checkpoint)
                throw new CheckpointFormatException($"'{path}' is {detection.InWords()}. Give a Stable Diffusion 1.x, 2.x or XL checkpoint.");
            detection = detection with { Family = options.Family ?? detection.Family };
            var contents = SingleFileLayout.Of(detection.Family!.Value).Read(store.Names);
            var configs = options.Configs ?? CheckpointConfigs.Beside(path);
            var parts = contents.Parts.Select(part =>
            {
                var tensors = new MappedStore(part.InWords(), contents[part].Select(m => (store, m)));
                return new CheckpointPart(part, tensors, Infer(detection.Family.Value, part, tensors, path, configs?[part]));
            }).ToList();
            return new(path, detection, [store], parts, contents.Unexpected);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static Checkpoint OpenFolder(string path, CheckpointOptions options)
    {
        var folder = new DiffusersFolder(path, options.Variant);
        var stores = new List<TensorFileStore>();
        try
        {
            var parts = folder.Parts.Select(part => folder.Open(part, options.Configs?[part], stores)).ToList();
            var detection = folder.Detect(parts) with { IsDiffusersLayout = true };
            return new(path, detection with { Family = options.Family ?? detection.Family }, stores, parts, []);
        }
        catch
        {
            stores.ForEach(s => s.Dispose());
            throw;
        }
    }

    /// <summary>The configuration of a part of a single file: what is known from elsewhere wins, field by field, over what the shapes say.</summary>
    internal static JsonElement Infer(ModelFamily family, ModelPart part, ITensorStore tensors, string path, JsonElement? known)
    {
        var config = part switch
        {
            ModelPart.Unet => UnetStructure.Infer(family, tensors),
            ModelPart.Vae => VaeStructure.Infer(family, tensors),
            _ => TextEncoderStructure.Infer(family, part, tensors, path),
        };
        foreach (var field in known?.EnumerateObject() ?? default)
            config[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        return JsonSerializer.SerializeToElement(config);
    }
}

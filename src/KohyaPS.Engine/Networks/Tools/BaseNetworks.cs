using System.Globalization;
using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Networks that are merged into a model while it is loaded (setting base_weights): W + multiplier · alpha / rank · up · down, computed in
/// float32 before the weight takes its type. The model's own file is not touched.
/// </summary>
internal sealed class BaseNetworks : IDisposable
{
    private readonly List<(StoredNetwork File, double Multiplier)> networks = [];
    private readonly HashSet<(string File, string Module)> used = [];

    private BaseNetworks()
    {
    }

    /// <summary>Opens the files that a configuration names; null for none.</summary>
    /// <exception cref="CheckpointFormatException">A file is no network that can be merged.</exception>
    public static BaseNetworks? Open(LoraConfig config)
    {
        if (config.Network.BaseWeights is not { Count: > 0 } paths)
            return null;
        var multipliers = config.Network.BaseWeightsMultiplier ?? [];
        var opened = new BaseNetworks();
        try
        {
            for (var i = 0; i < paths.Count; i++)
                opened.networks.Add((StoredNetwork.Open(config.Resolve(paths[i])!), i < multipliers.Count ? multipliers[i] : 1));
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>A part of the model with all networks merged into what is read from it.</summary>
    public ITensorStore Over(ModelFamily family, CheckpointPart part)
    {
        const string weight = ".weight";
        var names = new LayerNames(family, part.Tensors.Names);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in part.Tensors.Names.Where(n => n.EndsWith(weight, StringComparison.Ordinal)))
        {
            var path = name[..^weight.Length];
            var layer = new TargetLayer(names.PartOf(part.Part), names.PathOf(part.Part, path), part.Tensors.Shape(name));
            places.TryAdd(layer.Name, name);
            if (layer.OtherName is { } other)
                places.TryAdd(other, name);
            if (part.Part == ModelPart.Unet)
                places.TryAdd((layer with { OwnPrefix = "oft_unet" }).Name, name);
        }
        var changes = new Dictionary<string, List<(StoredModule, double)>>(StringComparer.Ordinal);
        foreach (var (file, multiplier) in networks)
            foreach (var module in file.Modules)
            {
                if (!places.TryGetValue(module.Name, out var name) && !places.TryGetValue(LayerNames.ToOriginal(module.Name), out name))
                    continue;
                used.Add((file.Path, module.Name));
                if (!changes.TryGetValue(name, out var list))
                    changes[name] = list = [];
                list.Add((module, multiplier));
            }
        return new ChangedStore(part.Tensors, changes);
    }

    /// <summary>What found no layer once all parts are loaded, for the user.</summary>
    /// <exception cref="CheckpointFormatException">A file belongs to another kind of model.</exception>
    public IReadOnlyList<string> Misfits()
    {
        var misfits = new List<string>();
        foreach (var (file, _) in networks)
        {
            var strangers = file.Modules.Where(m => !used.Contains((file.Path, m.Name))).ToList();
            if (strangers.Count == file.Modules.Count)
                throw new CheckpointFormatException($"No module of '{file.Path}' has a layer in this model; the first is '{strangers[0].Name}'. Give networks of the same model family with -BaseWeights.");
            if (strangers.Count > 0)
                misfits.Add(string.Create(CultureInfo.InvariantCulture,
                    $"BaseWeights: {strangers.Count} of {file.Modules.Count} modules of '{file.Path}' have no layer in this model and are left out, first '{strangers[0].Name}'."));
        }
        return misfits;
    }

    /// <inheritdoc/>
    public void Dispose() => networks.ForEach(n => n.File.Dispose());
}

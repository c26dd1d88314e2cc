using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>One case of a group's JSON file.</summary>
/// <param name="folder">The family's folder, to which the paths are relative.</param>
/// <param name="root">The case.</param>
public sealed class NetworkToolCase(string folder, JsonElement root)
{
    public string Name => root.GetProperty("case").GetString()!;

    public string Operation => root.GetProperty("op").GetString()!;

    public JsonElement Settings => root.GetProperty("settings");

    public JsonElement Inputs => root.GetProperty("inputs");

    public JsonElement Expected => root.GetProperty("expected");

    /// <summary>The value of an expectation {"value": ...}.</summary>
    public JsonElement Value(string name) => Expected.GetProperty(name).GetProperty("value");

    /// <summary>The path of a reference {"file": ...}.</summary>
    public string File(JsonElement reference) => Path.Combine(folder, reference.GetProperty("file").GetString()!);

    /// <summary>The block weights of a network; null where there are none.</summary>
    public IReadOnlyList<double>? BlockWeights(int network) => Settings.TryGetProperty("lbws", out var lists) && lists.ValueKind == JsonValueKind.Array
        ? [.. lists[network].EnumerateArray().Select(w => w.GetDouble())]
        : null;

    /// <summary>The path of a reference as the tool is to see it: changed files are made in a scratch folder under the name of the original.</summary>
    public string Materialize(JsonElement reference, string scratch)
    {
        var path = File(reference);
        if (reference.TryGetProperty("overlay", out _))
            throw new GoldenSkipException("arrives with a later issue: overlaid inputs");
        if (!reference.TryGetProperty("rename_prefix", out var rename))
            return path;
        using var source = SafetensorsFile.Open(path);
        string Renamed(string key) => key.Replace(rename[0].GetString()!, rename[1].GetString()!, StringComparison.Ordinal);
        var original = source.Entries.ToDictionary(e => Renamed(e.Name));
        var target = Path.Combine(scratch, Path.GetFileName(path));
        new SafetensorsWriter(original.Select(e => new SafetensorsDeclaration(e.Key, e.Value.Dtype, e.Value.Shape)), source.Metadata)
            .Write(target, (entry, stream) => source.CopyTo(original[entry.Name], stream));
        return target;
    }
}

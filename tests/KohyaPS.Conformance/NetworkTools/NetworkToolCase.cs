using System.IO.Compression;
using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>One case of a group's JSON file.</summary>
/// <param name="folder">The family's folder, to which the paths are relative.</param>
/// <param name="root">The case.</param>
/// <param name="tensors">The file of the group's loose tensors.</param>
public sealed class NetworkToolCase(string folder, JsonElement root, string? tensors)
{
    public string Name => root.GetProperty("case").GetString()!;

    public string Operation => root.GetProperty("op").GetString()!;

    public JsonElement Settings => root.GetProperty("settings");

    public JsonElement Inputs => root.GetProperty("inputs");

    public JsonElement Draws => root.GetProperty("draws");

    public JsonElement Expected => root.GetProperty("expected");

    /// <summary>The value of an expectation {"value": ...}.</summary>
    public JsonElement Value(string name) => Expected.GetProperty(name).GetProperty("value");

    /// <summary>The path of a reference {"file": ...}.</summary>
    public string File(JsonElement reference) => Path.Combine(folder, reference.GetProperty("file").GetString()!);

    /// <summary>A table of a reference {"file": "...json.gz"}.</summary>
    public JsonElement Table(JsonElement reference)
    {
        using var packed = System.IO.File.OpenRead(File(reference));
        using var text = new GZipStream(packed, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The group's loose tensors.</summary>
    public SafetensorsFile Tensors() => SafetensorsFile.Open(Path.Combine(folder, tensors ?? throw new InvalidDataException("The group names no tensors file.")));

    /// <summary>A setting that may be absent or null.</summary>
    public JsonElement? Setting(string name) => Settings.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A setting that names a number type; null where it is absent.</summary>
    public SavePrecision? Precision(string name) => Setting(name)?.GetString() switch
    {
        null => null,
        "fp16" => SavePrecision.Fp16,
        "bf16" => SavePrecision.Bf16,
        _ => SavePrecision.Float,
    };

    /// <summary>The block weights of a network; null where there are none.</summary>
    public IReadOnlyList<double>? BlockWeights(int network) => Settings.TryGetProperty("lbws", out var lists) && lists.ValueKind == JsonValueKind.Array
        ? [.. lists[network].EnumerateArray().Select(w => w.GetDouble())]
        : null;

    /// <summary>The path of a reference as the tool is to see it: changed files are made in a scratch folder under the name of the original.</summary>
    public string Materialize(JsonElement reference, string scratch)
    {
        var path = File(reference);
        if (reference.TryGetProperty("overlay", out var overlay))
            return Overlay(path, Path.Combine(folder, overlay.GetString()!), scratch);
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

    /// <summary>Compares all tensors of a written file with those of a reference, under its tolerances.</summary>
    /// <param name="reference">The file and its tolerances.</param>
    /// <param name="got">The written file.</param>
    /// <param name="check">Takes the comparisons.</param>
    /// <param name="keys">The file that has all the keys, where the reference holds only some of them.</param>
    public void CompareFile(JsonElement reference, string got, GoldenCheck check, JsonElement? keys = null)
    {
        double rtol = GoldenTensors.Tolerance(reference, "rtol"), atol = GoldenTensors.Tolerance(reference, "atol");
        using var want = SafetensorsFile.Open(File(reference));
        using var written = SafetensorsFile.Open(got);
        using var whole = SafetensorsFile.Open(File(keys ?? reference));
        check.EqualList("keys", [.. whole.Entries.Select(e => e.Name).Order(StringComparer.Ordinal)], [.. written.Entries.Select(e => e.Name).Order(StringComparer.Ordinal)]);
        foreach (var entry in want.Entries)
        {
            check.Equal($"{entry.Name} type", entry.Dtype, written[entry.Name].Dtype);
            check.EqualList($"{entry.Name} shape", entry.Shape, written[entry.Name].Shape);
            check.Close(entry.Name, want.ReadFloats(entry.Name), written.ReadFloats(entry.Name), rtol, atol);
        }
    }

    private static string Overlay(string path, string overlay, string scratch)
    {
        using var source = SafetensorsFile.Open(path);
        using var changes = SafetensorsFile.Open(overlay);
        var target = Path.Combine(scratch, Path.GetFileName(overlay));
        new SafetensorsWriter(source.Entries.Select(e => changes.TryGet(e.Name, out var changed) ? changed : e).Select(e => new SafetensorsDeclaration(e.Name, e.Dtype, e.Shape)), source.Metadata)
            .Write(target, (entry, stream) =>
            {
                if (changes.TryGet(entry.Name, out var changed))
                    changes.CopyTo(changed, stream);
                else
                    source.CopyTo(source[entry.Name], stream);
            });
        return target;
    }
}

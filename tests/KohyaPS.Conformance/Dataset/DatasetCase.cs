using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Dataset;

/// <summary>One case of a JSON file of the family, with the tensors beside the file.</summary>
/// <param name="file">The JSON file.</param>
/// <param name="document">The whole file.</param>
/// <param name="root">The case.</param>
public sealed class DatasetCase(string file, JsonElement document, JsonElement root)
{
    public string Name => root.GetProperty("case").GetString()!;

    /// <summary>The folder of the JSON file.</summary>
    public string Folder => Path.GetDirectoryName(file)!;

    /// <summary>The whole file, for what is stated once for all cases.</summary>
    public JsonElement Document => document;

    public JsonElement Root => root;

    public JsonElement Settings => root.GetProperty("settings");

    public JsonElement Inputs => root.GetProperty("inputs");

    public JsonElement Expected => root.GetProperty("expected");

    /// <summary>The recorded draws, none where the case has none.</summary>
    public IReadOnlyList<JsonElement> Draws => root.TryGetProperty("draws", out var draws) ? [.. draws.EnumerateArray()] : [];

    /// <summary>True where the peer refuses or crashes.</summary>
    public bool IsError => root.TryGetProperty("expected", out var expected) && expected.TryGetProperty("error", out _);

    /// <summary>The tensors beside the JSON; to be disposed.</summary>
    public SafetensorsFile OpenTensors() => SafetensorsFile.Open(Path.Combine(Folder, document.GetProperty("tensors").GetString()!));

}

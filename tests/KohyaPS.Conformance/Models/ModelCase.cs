using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Models;

/// <summary>One JSON file of cases/ or full/ with the tensors beside it.</summary>
public sealed class ModelCase : IDisposable
{
    private readonly JsonDocument document;
    private readonly SafetensorsFile? tensors;

    /// <param name="family">The folder of the family, which also holds checkpoints/.</param>
    /// <param name="file">The JSON file.</param>
    public ModelCase(string family, string file)
    {
        Family = family;
        document = JsonDocument.Parse(File.ReadAllText(file));
        if (Root.TryGetProperty("tensors", out var beside) && beside.ValueKind == JsonValueKind.String)
            tensors = SafetensorsFile.Open(Path.Combine(Path.GetDirectoryName(file)!, beside.GetString()!));
    }

    /// <summary>The folder of the family.</summary>
    public string Family { get; }

    public JsonElement Root => document.RootElement;

    public string Kind => Root.GetProperty("kind").GetString()!;

    public JsonElement Settings => Root.GetProperty("settings");

    public JsonElement Inputs => Root.GetProperty("inputs");

    public JsonElement Expected => Root.GetProperty("expected");

    /// <summary>Name of the model, for instance sd1-mini or sd15.</summary>
    public string ModelName => Root.GetProperty("model").GetProperty("name").GetString()!;

    /// <summary>The folder of the case's mini checkpoint.</summary>
    public string CheckpointFolder => Path.Combine(Family, "checkpoints", ModelName);

    /// <summary>The tensors beside the JSON.</summary>
    public SafetensorsFile Tensors => tensors ?? throw new InvalidDataException("The case names no tensors file.");

    /// <summary>The numbers of a reference {"tensor": key}, as float32.</summary>
    public float[] Floats(JsonElement reference) => Tensors.ReadFloats(Key(reference));

    /// <summary>The dimensions of a reference {"tensor": key}.</summary>
    public long[] Shape(JsonElement reference) => [.. Tensors[Key(reference)].Shape];

    public void Dispose()
    {
        tensors?.Dispose();
        document.Dispose();
    }

    private static string Key(JsonElement reference) => reference.GetProperty("tensor").GetString()!;
}

using System.Text.Json;

namespace KohyaPS.Engine.Checkpoints.Structure;

/// <summary>Reads the fields of a config.json that decide which tensors there are, within sane bounds.</summary>
/// <param name="config">The whole file.</param>
/// <param name="file">Its name in messages.</param>
internal sealed class StructureFields(JsonElement config, string file)
{
    private const int MaxLevels = 16;
    private const int MaxInteger = 1 << 20;

    /// <summary>A positive number, or the fallback where it is absent; without a fallback it must be there.</summary>
    public int Integer(string name, int? fallback) => Find(name) is { } field
        ? Check(name, field)
        : fallback ?? throw Wrong(name, "is missing");

    /// <summary>A list of positive numbers that must be there.</summary>
    public IReadOnlyList<int> Integers(string name) => [.. List(name).Select(e => Check(name, e))];

    /// <summary>One number for all levels, or a list of one a level; 0 is allowed.</summary>
    public IReadOnlyList<int> IntegerOrList(string name, int levels, int fallback)
    {
        if (Find(name) is not { } field)
            return [.. Enumerable.Repeat(fallback, levels)];
        if (field.ValueKind != JsonValueKind.Array)
            return [.. Enumerable.Repeat(Check(name, field), levels)];
        IReadOnlyList<int> list = [.. List(name).Select(e => Check(name, e, least: 0))];
        return list.Count == levels ? list : throw Wrong(name, $"has {list.Count} values for {levels} levels");
    }

    /// <summary>A list of texts that must be there.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. List(name).Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Wrong(name, "holds something that is no text"))];

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } field ? field.GetString() : null;

    /// <summary>The error for a field.</summary>
    public CheckpointFormatException Wrong(string name, string fault) => new($"{file}: '{name}' {fault}. Get the model's folder anew.");

    private List<JsonElement> List(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } field || field.GetArrayLength() is 0 or > MaxLevels)
            throw Wrong(name, $"is no list of 1 to {MaxLevels} values");
        return [.. field.EnumerateArray()];
    }

    private JsonElement? Find(string name) => config.ValueKind != JsonValueKind.Object
        ? throw new CheckpointFormatException($"{file} holds no JSON object. Get the model's folder anew.")
        : config.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;

    private int Check(string name, JsonElement field, int least = 1) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var value) && value >= least && value <= MaxInteger
            ? value
            : throw Wrong(name, $"is no whole number from {least} to {MaxInteger}");
}

using System.Globalization;
using System.Text.Json;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Reads the fields of a model part's <c>config.json</c>; null and absent mean the same there.</summary>
/// <param name="json">The whole file.</param>
/// <param name="file">Its name, for messages.</param>
internal sealed class ConfigFields(JsonElement json, string file)
{
    private const int MaxInteger = 1 << 20;

    /// <summary>A positive whole number, or null.</summary>
    public int? Integer(string name) => Find(name) is not { } field ? null : PositiveInteger(name, field);

    /// <summary>A finite number, or null.</summary>
    public double? Number(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } field when field.TryGetDouble(out var value) && double.IsFinite(value) => value,
        { } field => throw Wrong(name, field, "a number"),
    };

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } field => field.GetString(),
        { } field => throw Wrong(name, field, "a text"),
    };

    /// <summary>True or false, or null.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } field => throw Wrong(name, field, "true or false"),
    };

    /// <summary>A list of positive whole numbers; a single one counts as a list of one.</summary>
    public IReadOnlyList<int>? Integers(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } field when field.GetArrayLength() > 0 => [.. field.EnumerateArray().Select(e => PositiveInteger(name, e))],
        { } field => [PositiveInteger(name, field)],
    };

    /// <summary>Refuses a file whose field is there and says something else.</summary>
    public void Require(string name, string only)
    {
        if (Text(name) is { } value && value != only)
            throw Unknown(name, value, only);
    }

    /// <inheritdoc cref="Require(string, string)"/>
    public void Require(string name, bool only)
    {
        if (Flag(name) is { } value && value != only)
            throw Unknown(name, value ? "true" : "false", only ? "true" : "false");
    }

    /// <inheritdoc cref="Require(string, string)"/>
    public void Require(string name, double only)
    {
        if (Number(name) is { } value && value != only)
            throw Unknown(name, value.ToString(CultureInfo.InvariantCulture), only.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Refuses a file that sets the field at all.</summary>
    public void RequireAbsent(string name)
    {
        if (Find(name) is { } field)
            throw Unknown(name, field.GetRawText(), "null");
    }

    private JsonElement? Find(string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new CheckpointFormatException($"{file} holds no JSON object. Fetch the model's folder anew.");
        return json.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;
    }

    private int PositiveInteger(string name, JsonElement field) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var value) && value is > 0 and <= MaxInteger
            ? value
            : throw Wrong(name, field, "a positive whole number");

    private CheckpointFormatException Wrong(string name, JsonElement field, string wanted) =>
        new($"{file}: '{name}' is {Shown(field)}, which is not {wanted}. Fetch the model's folder anew.");

    private CheckpointFormatException Unknown(string name, string value, string only) =>
        new($"{file}: '{name}' is {value}; only {only} is supported. Use a Stable Diffusion 1, 2 or XL model.");

    private static string Shown(JsonElement field)
    {
        var text = field.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "...";
    }
}

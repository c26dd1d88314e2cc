using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>The configuration that a case's settings describe, through the same names that users give.</summary>
internal static class ConfigFrom
{
    // What a case states besides settings: the kind of program around it, or what it sets per subset or data set.
    private static readonly HashSet<string> NoSettings = ["debug_dataset", "network_multiplier", "custom_attributes", "class_tokens", "cache_info", "batch_size"];

    public static LoraConfig Settings(JsonElement settings)
    {
        var config = new LoraConfig().With("caption_extension", ".caption");
        foreach (var setting in settings.EnumerateObject().Where(s => !NoSettings.Contains(s.Name) && s.Value.ValueKind != JsonValueKind.Null))
            config = config.With(setting.Name, Value(setting.Value));
        return config;
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array when value.EnumerateArray().All(v => v.TryGetInt64(out _)) => string.Join(',', value.EnumerateArray().Select(v => v.GetRawText())),
        JsonValueKind.Array => value.EnumerateArray().Select(v => v.GetDouble()).ToArray(),
        _ => throw new InvalidDataException($"A setting of kind {value.ValueKind} is unknown."),
    };
}

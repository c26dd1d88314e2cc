using System.Globalization;
using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Datasets;

/// <summary>
/// Reads the files that name pictures and captions instead of caption files: one JSON object by path, or JSON lines with image_path
/// (in_json, metadata_file). Fields that no training uses are ignored, as sd-scripts does.
/// </summary>
internal static class MetadataFile
{
    // A million pictures with long captions; more is no metadata file.
    private const long MaxBytes = 1L << 30;
    private const string Cure = "Write it again with the tool that made it, or name another file.";

    /// <summary>The entries in the order in which sd-scripts registers them: long paths first.</summary>
    /// <exception cref="DatasetException">The file is missing, too large or no such file.</exception>
    public static IReadOnlyList<MetadataEntry> Read(string path)
    {
        var text = Text(path);
        var entries = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? Lines(path, text) : Object(path, text);
        return [.. entries.OrderByDescending(entry => CodePoints(entry.Key))];
    }

    private static string Text(string path)
    {
        try
        {
            return File.Exists(path)
                ? TextFile.Read(path, MaxBytes)
                : throw new DatasetException($"The metadata file '{path}' does not exist. Check -InJson, or metadata_file in the dataset configuration.");
        }
        catch (TextFileException fault)
        {
            throw new DatasetException($"The metadata file '{path}' {fault.Message}.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The metadata file '{path}' cannot be read: {fault.Message} Check that you may read it.", fault);
        }
    }

    private static List<MetadataEntry> Object(string path, string text)
    {
        using var json = Parse(path, text, "");
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new DatasetException($"The metadata file '{path}' holds no JSON object of pictures by path. {Cure}");
        var entries = new Dictionary<string, MetadataEntry>(StringComparer.Ordinal);
        // A path that stands there twice has its last entry.
        foreach (var entry in json.RootElement.EnumerateObject())
            entries[entry.Name] = Entry(path, entry.Name, entry.Value);
        return [.. entries.Values];
    }

    private static List<MetadataEntry> Lines(string path, string text)
    {
        var entries = new Dictionary<string, MetadataEntry>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            using var json = Parse(path, line, string.Create(CultureInfo.InvariantCulture, $", line {number}"));
            var key = json.RootElement.ValueKind == JsonValueKind.Object ? Field(path, "line", json.RootElement, "image_path") : null;
            if (string.IsNullOrEmpty(key))
                throw new DatasetException(string.Create(CultureInfo.InvariantCulture, $"The metadata file '{path}', line {number}: there is no image_path. {Cure}"));
            entries[key] = Entry(path, key, json.RootElement);
        }
        return [.. entries.Values];
    }

    private static JsonDocument Parse(string path, string text, string place)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException fault)
        {
            throw new DatasetException($"The metadata file '{path}'{place} is no JSON: {fault.Message} {Cure}", fault);
        }
    }

    private static MetadataEntry Entry(string path, string key, JsonElement value)
    {
        if (key.Length == 0 || value.ValueKind != JsonValueKind.Object)
            throw new DatasetException($"The metadata file '{path}': the entry '{key}' is no object with caption, tags and image_size. {Cure}");
        return new(key, Field(path, key, value, "caption"), Field(path, key, value, "tags"), Size(path, key, value));
    }

    private static string? Field(string path, string key, JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new DatasetException($"The metadata file '{path}': {name} of '{key}' is no text. {Cure}");
    }

    private static ImageSize? Size(string path, string key, JsonElement entry)
    {
        if (!entry.TryGetProperty("image_size", out var size) || size.ValueKind == JsonValueKind.Null)
            return null;
        if (size.ValueKind == JsonValueKind.Array && size.GetArrayLength() == 2
            && size[0].ValueKind == JsonValueKind.Number && size[0].TryGetInt32(out var width) && size[1].ValueKind == JsonValueKind.Number && size[1].TryGetInt32(out var height)
            && width > 0 && height > 0)
            return new(width, height);
        throw new DatasetException($"The metadata file '{path}': image_size of '{key}' is not [width, height]. {Cure}");
    }

    private static int CodePoints(string text) => text.EnumerateRunes().Count();
}

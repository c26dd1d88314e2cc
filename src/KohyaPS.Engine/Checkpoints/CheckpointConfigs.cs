using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>The configurations of a model's parts where they are known from elsewhere than the model's folder.</summary>
internal sealed class CheckpointConfigs
{
    /// <summary>Extension of the file beside a single file that says what its shapes do not: <c>model.config.json</c> beside <c>model.safetensors</c>.</summary>
    public const string SidecarExtension = ".config.json";

    private const int MaxBytes = 1 << 20;
    private readonly Dictionary<ModelPart, JsonElement> parts = [];

    /// <summary>The configuration of a part, or null.</summary>
    public JsonElement? this[ModelPart part] => parts.TryGetValue(part, out var config) ? config : null;

    /// <summary>Reads an object with one member a part: unet, vae, text_encoder, text_encoder_2.</summary>
    public static CheckpointConfigs From(JsonElement json)
    {
        var configs = new CheckpointConfigs();
        foreach (var part in Enum.GetValues<ModelPart>())
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(part.FolderName(), out var config) && config.ValueKind == JsonValueKind.Object)
                configs.parts[part] = config.Clone();
        }
        return configs;
    }

    /// <summary>Reads the file beside a single file; null where there is none.</summary>
    public static CheckpointConfigs? Beside(string singleFile)
    {
        var sidecar = Path.ChangeExtension(singleFile, SidecarExtension);
        return File.Exists(sidecar) ? From(ReadJson(sidecar)) : null;
    }

    /// <summary>Reads a JSON file of a model.</summary>
    /// <exception cref="CheckpointFormatException">It is too long or no JSON.</exception>
    public static JsonElement ReadJson(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(TextFile.Read(path, MaxBytes));
            return document.RootElement.Clone();
        }
        catch (TextFileException e)
        {
            throw new CheckpointFormatException($"'{path}' {e.Message}. Get the model's folder anew.", e);
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException($"'{path}' is not valid JSON: {e.Message} Get the model's folder anew.", e);
        }
    }
}

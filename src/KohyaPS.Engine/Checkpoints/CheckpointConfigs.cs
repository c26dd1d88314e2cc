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
        return File.Exists(sidecar) ? From(ReadJson(sidecar, $"It is read for what the shapes in '{Path.GetFileName(singleFile)}' do not tell; move it away if it is something else.")) : null;
    }

    /// <summary>True for a file that holds parts of a model and nothing else.</summary>
    public static bool Describes(string path)
    {
        try
        {
            var names = Enum.GetValues<ModelPart>().Select(part => part.FolderName());
            return ReadJson(path) is { ValueKind: JsonValueKind.Object } json && json.EnumerateObject().All(member => names.Contains(member.Name));
        }
        catch (CheckpointFormatException)
        {
            return false;
        }
    }

    /// <summary>Reads a JSON file of a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cure">What to do where it is none.</param>
    /// <exception cref="CheckpointFormatException">It is too long or no JSON.</exception>
    public static JsonElement ReadJson(string path, string cure = "Get the model's folder anew.")
    {
        try
        {
            using var document = JsonDocument.Parse(TextFile.Read(path, MaxBytes));
            return document.RootElement.Clone();
        }
        catch (TextFileException e)
        {
            throw new CheckpointFormatException($"'{path}' {e.Message}. {cure}", e);
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException($"'{path}' is not valid JSON: {e.Message} {cure}", e);
        }
    }
}

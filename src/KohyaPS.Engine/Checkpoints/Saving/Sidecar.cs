using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Files;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>
/// The file beside a single file that says what its shapes do not, such as the number of heads. Models of the published sizes need none; small and
/// odd ones could not be read again without it.
/// </summary>
internal static class Sidecar
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // What the models are computed with beyond their shapes; of several names the first that is there counts.
    private static readonly string[][] UnetFields = [["num_attention_heads", "attention_head_dim"], ["norm_num_groups"], ["norm_eps"], ["addition_time_embed_dim"]];
    private static readonly string[][] VaeFields = [["norm_num_groups"], ["scaling_factor"]];
    private static readonly string[][] TextFields = [["num_attention_heads"], ["hidden_act"], ["layer_norm_eps"]];

    /// <summary>Refuses a destination whose file beside it would take the place of something else.</summary>
    /// <param name="destination">The single file to come.</param>
    /// <exception cref="DestinationException">It would.</exception>
    public static void RequireReplaceable(string destination)
    {
        var path = Path.ChangeExtension(destination, CheckpointConfigs.SidecarExtension);
        if (File.Exists(path) && !CheckpointConfigs.Describes(path))
            throw new DestinationException($"'{path}' is no description of a model, but programs would read it as that of '{destination}'. Give another -Destination, or move that file away.");
    }

    /// <summary>Writes it where something would be lost, or where that of another model stands in its place.</summary>
    /// <param name="source">The model.</param>
    /// <param name="destination">The single file that was written.</param>
    public static void Write(Checkpoint source, string destination)
    {
        var path = Path.ChangeExtension(destination, CheckpointConfigs.SidecarExtension);
        var isSources = !source.IsFolder && path == Path.ChangeExtension(source.Path, CheckpointConfigs.SidecarExtension);
        var lost = new JsonObject();
        foreach (var part in source.Parts)
        {
            if (LostOf(source, part) is { Count: > 0 } fields)
                lost[part.Part.FolderName()] = fields;
        }
        if (!isSources && (lost.Count > 0 || File.Exists(path)))
            AtomicFile.WriteText(path, lost.ToJsonString(Indented) + "\n");
    }

    private static JsonObject LostOf(Checkpoint source, CheckpointPart part)
    {
        var told = Checkpoint.Infer(source.Family, part.Part, part.Tensors, source.Path, null);
        var fields = part.Part switch
        {
            ModelPart.Unet => UnetFields,
            ModelPart.Vae => VaeFields,
            _ => TextFields,
        };
        var lost = new JsonObject();
        foreach (var names in fields)
        {
            if (Find(part.Config, names) is { } known && Plain(known.Value) != (Find(told, names) is { } other ? Plain(other.Value) : ""))
                lost[known.Name] = JsonNode.Parse(known.Value.GetRawText());
        }
        return lost;
    }

    private static (string Name, JsonElement Value)? Find(JsonElement config, string[] names)
    {
        foreach (var name in names)
        {
            if (config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
                return (name, value);
        }
        return null;
    }

    // A list of the same number is that number.
    private static string Plain(JsonElement value)
    {
        string[] entries = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Number).Distinct()] : [Number(value)];
        return string.Join(',', entries);
    }

    private static string Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString(System.Globalization.CultureInfo.InvariantCulture) : value.ToString();
}

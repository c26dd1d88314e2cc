using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance.Formats;

/// <summary>The configuration of a recorded command line, read as a user's script is.</summary>
internal static class FormatsConfig
{
    // Which mini model stood in for the checkpoint: no setting.
    private const string Model = "model";

    /// <param name="settings">Flags and values.</param>
    /// <param name="folder">Where the command is started.</param>
    public static LoraConfig Of(JsonElement settings, string folder)
    {
        var isSdxl = settings.TryGetProperty(Model, out var model) && model.GetString() == "sdxl";
        var words = new List<string> { isSdxl ? "sdxl_train_network.py" : "train_network.py", "--network_module", "networks.lora" };
        // Without the flag the peer reads .caption files; here the kind is found out (docs/settings.md), so it is named.
        if (!settings.TryGetProperty("caption_extension", out _))
            words.AddRange(["--caption_extension", ".caption"]);
        foreach (var setting in settings.EnumerateObject().Where(s => s.Name != Model && s.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null)))
        {
            words.Add("--" + setting.Name);
            if (setting.Value.ValueKind == JsonValueKind.Array)
                words.AddRange(setting.Value.EnumerateArray().Select(v => v.ToString()));
            else if (setting.Value.ValueKind != JsonValueKind.True)
                words.Add(setting.Value.ToString());
        }
        return ConfigFiles.ReadCommand(words, Path.Combine(folder, "train.sh"));
    }
}

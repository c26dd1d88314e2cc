using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>One recorded case with the tensors beside it.</summary>
/// <param name="Recorded">The case.</param>
/// <param name="Tensors">The file's tensors; null where it has none.</param>
internal sealed record OptimizerCase(JsonElement Recorded, GoldenTensors? Tensors)
{
    private static readonly string[] TrainerNames =
        ["optimizer_type", "learning_rate", "optimizer_args", "max_grad_norm", "lr_scheduler", "lr_warmup_steps", "use_8bit_adam", "use_lion_optimizer"];

    public JsonElement Settings => Recorded.GetProperty("settings");

    public JsonElement Inputs => Recorded.GetProperty("inputs");

    public JsonElement Expected => Recorded.GetProperty("expected");

    /// <summary>False where the peer's values are kept for information only.</summary>
    public bool IsBinding => !Recorded.TryGetProperty("binding", out var binding) || binding.GetBoolean();

    /// <summary>The settings as a command line of the trainer, read as the product reads one.</summary>
    /// <param name="rates">Learning rates of text encoder and U-Net; null keeps the one of all.</param>
    /// <param name="steps">Length of the training.</param>
    public LoraConfig Config(IReadOnlyList<double?> rates, int steps)
    {
        List<string> words = ["train_network.py", "--network_module", "networks.lora", "--max_train_steps", SettingText.Format(steps)];
        if (rates is [{ } textEncoder, { } unet])
            words.AddRange(["--text_encoder_lr", SettingText.Format(textEncoder), "--unet_lr", SettingText.Format(unet)]);
        foreach (var setting in Settings.EnumerateObject().Where(s => TrainerNames.Contains(s.Name) && s.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)))
        {
            var values = setting.Value.ValueKind switch
            {
                JsonValueKind.True => [],
                JsonValueKind.Array => [.. setting.Value.EnumerateArray().Select(v => v.ToString())],
                _ => new List<string> { setting.Value.ToString() },
            };
            if (setting.Value.ValueKind != JsonValueKind.Array || values.Count > 0)
                words.AddRange(["--" + setting.Name, .. values]);
        }
        var config = ConfigFiles.ReadCommand(words, Path.Combine(Path.GetTempPath(), "train.sh"));
        // The kernels of bitsandbytes 0.42 are those of kohya_ss v21.8.8's time.
        return Recorded.TryGetProperty("peer", out var peer) && peer.GetString()!.Contains("0.42.0", StringComparison.Ordinal)
            ? config with { Runtime = config.Runtime with { Compatibility = Compatibility.Kohya2188 } }
            : config;
    }
}

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Recognises configurations of other programs and other model families, so that they are named and not misread.</summary>
internal static class ForeignFiles
{
    private static readonly Dictionary<string, string> GuiFamilies = new()
    {
        ["flux1_checkbox"] = "FLUX.1",
        ["sd3_checkbox"] = "Stable Diffusion 3",
        ["lumina_checkbox"] = "Lumina",
        ["hunyuan_image_checkbox"] = "HunyuanImage",
        ["anima_checkbox"] = "Anima",
    };

    private static readonly string[] GuiOnly = ["LoRA_type", "max_resolution", "lr_warmup", "model_list", "use_wandb", "num_cpu_threads_per_process", "sdxl", "additional_parameters", "sdxl_no_half_vae"];

    /// <summary>Whether JSON is a configuration of the kohya_ss GUI.</summary>
    internal static bool IsGuiJson(ConfigTable root) =>
        root.Find("LoRA_type") is not null || root.Entries.Count(entry => GuiOnly.Contains(entry.Key)) >= 2;

    /// <summary>Says what a file is that is not read, or null.</summary>
    internal static string? Describe(ConfigTable root)
    {
        bool Has(params string[] keys) => keys.All(key => root.Find(key) is not null);
        foreach (var (key, family) in GuiFamilies)
        {
            if (root.Find(key) is ConfigScalar { Text: "true" })
                return $"It is a kohya_ss configuration for {family}, another model family; KohyaPS trains LoRAs of Stable Diffusion.";
        }
        if (root.Find("LoRA_type") is ConfigScalar { Text: { } type } && (type.StartsWith("Flux", StringComparison.Ordinal) || type is "Anima" or "SD3" or "Lumina"))
            return $"It is a kohya_ss configuration for {type}, another model family; KohyaPS trains LoRAs of Stable Diffusion.";
        if (Has("training_method") || Has("base_model_name") || Has("output_model_destination"))
            return "It is a configuration of OneTrainer, which names and means its settings differently. Make a new one with New-LoraConfig.";
        if (root.Entries.Any(entry => entry.Value is ConfigTable table && (table.Find("args") is ConfigTable || table.Find("dataset_args") is ConfigTable)))
            return "It is a configuration of LoRA_Easy_Training_Scripts. Export it there as sd-scripts files (config.toml and dataset.toml) and import these.";
        if (root.Find("server") is ConfigTable || (root.Find("settings") is ConfigTable settings && settings.Find("use_shell") is not null))
            return "It holds the settings of the kohya_ss GUI itself, not of a training. Save a configuration in the GUI and import that JSON file.";
        if (!IsGuiJson(root) && root.Entries.Any(entry => entry.Key is "t5xxl" or "clip_l" or "clip_g" or "ae" && entry.Value is ConfigScalar { Text.Length: > 0 }))
            return "It is a configuration of sd-scripts for FLUX.1 or Stable Diffusion 3, other model families; KohyaPS trains LoRAs of Stable Diffusion 1, 2 and XL.";
        if (Has("dit") || Datasets(root).Any(dataset => dataset.Find("image_directory") is not null || dataset.Find("video_directory") is not null))
            return "It is a configuration of musubi-tuner, for other model families; KohyaPS trains LoRAs of Stable Diffusion.";
        if (Has("job", "config"))
            return "It is a configuration of ai-toolkit, which names and means its settings differently. Make a new one with New-LoraConfig.";
        return null;
    }

    private static IEnumerable<ConfigTable> Datasets(ConfigTable root) => (root.Find("datasets") as ConfigList)?.Items.OfType<ConfigTable>() ?? [];
}

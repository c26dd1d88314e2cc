using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Small models of SD2 and SDXL for trainings, with a tokenizer whose ids their small vocabularies have.</summary>
internal static class FamilyModels
{
    /// <summary>The diffusers folder of a small model: sd2-mini or sdxl-mini.</summary>
    public static string Folder(string name) => Path.Combine(GoldenRoot.Checkout, "tests", "Goldens", "models", "checkpoints", name, "diffusers");

    /// <summary>Copies parts of a small model into a folder.</summary>
    public static void CopyTo(string folder, string model, params string[] parts)
    {
        foreach (var file in parts.SelectMany(part => Directory.EnumerateFiles(Path.Combine(Folder(model), part), "*", SearchOption.AllDirectories)))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(Folder(model), file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>A copy of the small SDXL as a single file, with the file beside it that says what its shapes do not.</summary>
    public static string SingleSdxl(SmallTraining training)
    {
        var file = training.At("sdxl.safetensors");
        File.Copy(Path.Combine(Folder("sdxl-mini"), "..", "single.safetensors"), file);
        var parts = new JsonObject();
        foreach (var part in new[] { "unet", "vae", "text_encoder", "text_encoder_2" })
            parts[part] = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder("sdxl-mini"), part, "config.json")));
        training.Text("sdxl.config.json", parts.ToJsonString());
        return file;
    }

    /// <summary>A folder with a tokenizer of letters for each text encoder.</summary>
    public static string Tokenizers(SmallTraining training, string model)
    {
        if (!model.StartsWith("sdxl", StringComparison.Ordinal))
            return Tokenizer(training, "tokenizers/sd2", "!");
        Tokenizer(training, "tokenizers/sdxl/tokenizer", "<|endoftext|>");
        return Path.GetDirectoryName(Tokenizer(training, "tokenizers/sdxl/tokenizer_2", "!"))!;
    }

    private static string Tokenizer(SmallTraining training, string folder, string pad)
    {
        var ids = new Dictionary<string, int> { ["<|startoftext|>"] = 508, ["<|endoftext|>"] = 509 };
        for (var letter = '!'; letter <= '~'; letter++)
        {
            ids[$"{letter}"] = letter - '!';
            ids[$"{letter}</w>"] = 100 + letter - '!';
        }
        training.Text($"{folder}/vocab.json", JsonSerializer.Serialize(ids));
        training.Text($"{folder}/merges.txt", "#version: 0.2\n");
        training.Text($"{folder}/special_tokens_map.json", JsonSerializer.Serialize(new { pad_token = pad }));
        return training.At(folder);
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Tokenization;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Effects;

/// <summary>
/// A folder with everything that small trainings can be given: the recorded mini model with a whole vocabulary, another one, a VAE, a tokenizer,
/// pictures with captions, masks, metadata, dataset files, a network and a state to start from.
/// </summary>
public sealed class EffectStudio : IDisposable
{
    private const int AddedToken = 49408;
    private readonly Dictionary<string, EffectRun> plainRuns = [];
    private int runs;

    public EffectStudio()
    {
        Root = Directory.CreateTempSubdirectory("kohyaps-effects-").FullName;
        Environment.SetEnvironmentVariable("KOHYAPS_RUNS", Path.Combine(Root, "runs"));
        WriteModels();
        WriteTokenizer();
        WritePictures();
        WriteDatasets();
        Start = Configuration();
        WriteStarts();
    }

    internal string Root { get; }

    /// <summary>Two steps at 64 pixels, rank 2.</summary>
    internal LoraConfig Start { get; }

    internal EffectRun Run(LoraConfig config) => EffectRun.Of(config.Folders.OutputDir == "out"
        ? config.With("output_dir", string.Create(CultureInfo.InvariantCulture, $"out{++runs}"))
        : config);

    /// <summary>The training without a change; trained once for all lines with the same surroundings.</summary>
    internal EffectRun RunOnce(LoraConfig config, string surroundings) =>
        plainRuns.TryGetValue(surroundings, out var known) ? known : plainRuns[surroundings] = Run(config);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Mini => Path.Combine(GoldenRoot.Checkout, "tests", "Goldens", "models", "checkpoints", "sd1-mini", "diffusers");

    private string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private LoraConfig Configuration() => new[]
    {
        "pretrained_model_name_or_path=model", "train_data_dir=train", "output_dir=out", "resolution=64", "enable_bucket=false", "max_train_steps=2", "network_dim=2",
        "learning_rate=0.01", "unet_lr=0.01", "text_encoder_lr=0.01", "lr_scheduler=constant", "mixed_precision=no", "save_precision=float", "save_every_n_epochs=0", "seed=1",
        "num_cpu_threads_per_process=1", "optimizer_type=AdamW",
    }.Select(a => a.Split('=')).Aggregate(new LoraConfig { BaseFolder = Root }, (config, a) => config.With(a[0], a[1]));

    private void WriteModels()
    {
        foreach (var file in Directory.EnumerateFiles(Mini, "*", SearchOption.AllDirectories))
            foreach (var model in new[] { "model", "other" })
            {
                var target = At(model, Path.GetRelativePath(Mini, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
                if (target.EndsWith("model.safetensors", StringComparison.Ordinal) && target.Contains("text_encoder", StringComparison.Ordinal))
                    Rewrite(target, (name, tensor) => name.EndsWith("token_embedding.weight", StringComparison.Ordinal) ? Embedding(tensor.size(1)) : tensor.alias());
            }
        Rewrite(At("other", "unet", "diffusion_pytorch_model.safetensors"), (_, tensor) => tensor * 1.02);
        CopyFolder(At("model", "vae"), At("vae2"));
        Rewrite(At("vae2", "diffusion_pytorch_model.safetensors"), (_, tensor) => tensor * 1.02);
    }

    // The recorded model knows 512 tokens; captions have those of CLIP, and the tokenizer of this studio has one more.
    private static Tensor Embedding(long width)
    {
        using var scope = NewDisposeScope();
        return (arange((AddedToken + 1) * width, dtype: ScalarType.Float32).view(AddedToken + 1, width) * 0.37).sin().mul(0.5).MoveToOuterDisposeScope();
    }

    private static void Rewrite(string path, Func<string, Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        var tensors = TensorFile.Read(path);
        TensorFile.Save(path, tensors.ToDictionary(t => t.Key, t => change(t.Key, t.Value)));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private void WriteTokenizer()
    {
        var folder = Directory.CreateDirectory(At("tokenizer")).FullName;
        using (var packed = typeof(ClipVocabulary).Assembly.GetManifestResourceStream("clip-merges.txt.gz")!)
        using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        using (var merges = File.Create(Path.Combine(folder, "merges.txt")))
            unpacked.CopyTo(merges);
        var tokens = ClipVocabulary.Clip.Tokens;
        var vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id);
        vocabulary.Add("<|startoftext|>", tokens.Count);
        vocabulary.Add("<|endoftext|>", tokens.Count + 1);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "added_tokens.json"), JsonSerializer.Serialize(new Dictionary<string, int> { ["<shs>"] = AddedToken }));
    }

    private void WritePictures()
    {
        const string caption = "<shs> blob, (round:1.6), {red|green|blue};;;tall, soft ||| small; flat, wide, thin, long, dark, old";
        foreach (var (name, width, height) in new[] { ("a", 64, 64), ("b", 160, 64), ("c", 175, 100), ("d_50_60_20_20", 128, 150) })
        {
            WritePicture(At("train", "1_blob", $"{name}.png"), width, height, name[0]);
            File.WriteAllText(At("train", "1_blob", $"{name}.txt"), $"{caption}, {name}");
            File.WriteAllText(At("train", "1_blob", $"{name}.caption"), $"something else, {name}");
            WritePicture(At("masks", $"{name}.png"), width, height, 'm');
        }
        WritePicture(At("one", "1_blob", "a.png"), 64, 64, 'a');
        File.WriteAllText(At("one", "1_blob", "a.txt"), "one blob");
        WritePicture(At("classes", "a.png"), 64, 64, 'a');
        WritePicture(At("reg", "1_thing", "r.png"), 64, 64, 'r');
        File.WriteAllText(At("reg", "1_thing", "r.txt"), "a thing");
        File.WriteAllText(At("pictures.json"), """{"a.png": {"caption": "from metadata", "tags": "blob, red"}, "c.png": {"tags": "blob, green"}}""");
        File.WriteAllText(At("pictures2.json"), """{"a.png": {"caption": "said otherwise", "tags": "round, old"}, "c.png": {"tags": "tall, dark"}}""");
    }

    private static void WritePicture(string path, int width, int height, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var image = new Image<Rgba32>(width, height);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                image[x, y] = new((byte)(x * 3 + seed), (byte)(y * 2 + x), (byte)((x ^ y) + seed), (byte)(x < width / 2 ? 255 : 90));
        image.SaveAsPng(path);
    }

    private void WriteDatasets()
    {
        string Subset(string more) => $"""
            [[datasets]]
            resolution = 64
            [[datasets.subsets]]
            image_dir = "{At("train", "1_blob").Replace('\\', '/')}"
            {more}
            """;
        File.WriteAllText(At("plain.toml"), Subset("num_repeats = 1"));
        File.WriteAllText(At("repeats.toml"), Subset("num_repeats = 3"));
        File.WriteAllText(At("batch.toml"), Subset("").Replace("resolution = 64", "resolution = 64\nbatch_size = 2", StringComparison.Ordinal));
        var second = $"""
            [[datasets.subsets]]
            image_dir = "{At("classes").Replace('\\', '/')}"
            """;
        File.WriteAllText(At("second.toml"), Subset(second + "\nclass_tokens = \"a\""));
        File.WriteAllText(At("classes.toml"), Subset(second + "\nclass_tokens = \"another word\"\nnum_repeats = 4"));
        File.WriteAllText(At("classes2.toml"), Subset(second + "\nclass_tokens = \"quite different\"\nnum_repeats = 4"));
        File.WriteAllText(At("reg.toml"), Subset(second + "\nclass_tokens = \"a\"\nis_reg = true"));
        File.WriteAllText(At("shuffled.toml"), Subset("shuffle_caption = true"));
        File.WriteAllText(At("metadata.toml"), Subset($"metadata_file = \"{At("pictures.json").Replace('\\', '/')}\""));
        File.WriteAllText(At("masks.toml"), Subset($"conditioning_data_dir = \"{At("masks").Replace('\\', '/')}\""));
        File.WriteAllText(At("preserved.toml"), Subset("custom_attributes = { diff_output_preservation = true }"));
    }

    // A network of rank 3 whose matrices are not zero, and a state after two steps.
    private void WriteStarts()
    {
        var first = Run(Start.With("output_dir", "first").With("network_dim", 3).With("network_alpha", 3).With("save_state_on_train_end", true).With("max_train_steps", 1));
        if (first.Result.ExitCode != TrainingExitCode.Done)
            throw new InvalidOperationException(first.Result.Message);
        File.Copy(first.Result.NetworkPath!, At("start.safetensors"));
        Run(Start.With("output_dir", "cached").With("cache_latents_to_disk", true).With("cache_dir", "damaged").With("max_train_steps", 1));
        foreach (var file in Directory.GetFiles(At("damaged"), "*", SearchOption.AllDirectories))
            File.WriteAllText(file, "cut short");
        var second = Run(Start.With("output_dir", "second").With("save_state_on_train_end", true));
        if (second.Result.ExitCode != TrainingExitCode.Done)
            throw new InvalidOperationException(second.Result.Message);
    }
}

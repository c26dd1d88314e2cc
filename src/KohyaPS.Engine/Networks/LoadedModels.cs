using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Tokenization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>The frozen models that a network is attached to, in a training or for drawing: each can leave memory once it is no longer needed.</summary>
internal sealed class LoadedModels : IDisposable
{
    private LoadedModels(Unet unet, ClipTextEncoder textEncoder, Vae? vae, ClipTokenizer tokenizer)
    {
        Unet = unet;
        TextEncoder = textEncoder;
        Vae = vae;
        Tokenizer = tokenizer;
        ScalingFactor = (vae?.Config ?? VaeConfig.Sd1).ScalingFactor;
    }

    /// <summary>The model that predicts.</summary>
    public Unet Unet { get; }

    /// <summary>The text encoder; null after <see cref="ReleaseTextEncoder"/>.</summary>
    public ClipTextEncoder? TextEncoder { get; private set; }

    /// <summary>The autoencoder; null after <see cref="ReleaseVae"/>.</summary>
    public Vae? Vae { get; private set; }

    /// <summary>Splits captions.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Latents of the U-Net = encoded latents times this.</summary>
    public double ScalingFactor { get; }

    /// <summary>Loads the models of a configuration.</summary>
    /// <param name="config">Names the model, and optionally another VAE.</param>
    /// <param name="dtype">Compute type of U-Net and text encoder.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="progress">Told what is being loaded.</param>
    /// <exception cref="CheckpointFormatException">A file is not the model it should be.</exception>
    public static LoadedModels Load(LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
    {
        using var checkpoint = Checkpoint.Open(config.Resolve(config.Model.PretrainedModelNameOrPath)!);
        return Load(checkpoint, config, dtype, device, progress);
    }

    /// <summary>Loads the models of an opened checkpoint.</summary>
    /// <inheritdoc cref="Load(LoraConfig, ScalarType, Device, Action{string})"/>
    public static LoadedModels Load(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
    {
        RefuseOtherFamilies(checkpoint);
        progress("loading the U-Net");
        var unet = checkpoint[ModelPart.Unet];
        var loadedUnet = new Unet(new WeightSource(unet.Tensors, dtype, device), UnetConfig.Read(unet.Config));
        progress("loading the text encoder");
        var text = checkpoint[ModelPart.TextEncoder];
        var loadedText = new ClipTextEncoder(new WeightSource(text.Tensors, dtype, device), ClipConfig.Read(text.Config));
        var models = new LoadedModels(loadedUnet, loadedText, LoadVae(checkpoint, config, dtype, device, progress), ChooseTokenizer(config, loadedText));
        models.Unet.Options.UseCheckpointing = config.Training.GradientCheckpointing;
        loadedText.Options.UseCheckpointing = config.Training.GradientCheckpointing;
        return models;
    }

    /// <summary>The layers that a network can be attached to: the text encoder's, then the U-Net's.</summary>
    public IReadOnlyList<TargetLayer> Targets() =>
        [.. Targets(NetworkPart.TextEncoder, TextEncoder!), .. Targets(NetworkPart.Unet, Unet)];

    /// <summary>Frees the autoencoder.</summary>
    public void ReleaseVae()
    {
        Vae?.Dispose();
        Vae = null;
    }

    /// <summary>Frees the text encoder.</summary>
    public void ReleaseTextEncoder()
    {
        TextEncoder?.Dispose();
        TextEncoder = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseVae();
        ReleaseTextEncoder();
        Unet.Dispose();
    }

    private static ClipTokenizer ChooseTokenizer(LoraConfig config, ClipTextEncoder textEncoder)
    {
        var tokenizer = TokenizerFolder.Choose(config.Resolve(config.Model.TokenizerPath), config.Resolve(config.Model.PretrainedModelNameOrPath));
        // A tokenizer of its own may have more tokens than the text encoder has rows; the built-in one is what such models are made with, small recorded ones included.
        return ReferenceEquals(tokenizer, ClipTokenizer.Default) || tokenizer.LargestId < textEncoder.VocabularySize
            ? tokenizer
            : throw new CheckpointFormatException(
                $"The tokenizer knows ids up to {tokenizer.LargestId}, the text encoder has rows for {textEncoder.VocabularySize}. Set TokenizerPath to the tokenizer folder that belongs to the model.");
    }

    // A training on cached latents, as the recorded ones are, needs no VAE; the recorded models have none.
    private static Vae? LoadVae(Checkpoint checkpoint, LoraConfig config, ScalarType dtype, Device device, Action<string> progress)
    {
        if (config.Resolve(config.Model.Vae) is { } other)
        {
            progress("loading the VAE");
            using var file = ExternalVae.Open(other, checkpoint.Family);
            return Read(file.Part);
        }
        if (checkpoint.Find(ModelPart.Vae) is null && checkpoint.IsFolder && !config.Caching.CacheLatents)
            return null;
        progress("loading the VAE");
        return Read(checkpoint[ModelPart.Vae]);

        Vae Read(CheckpointPart vae) =>
            new(new WeightSource(vae.Tensors, config.Model.NoHalfVae ? float32 : dtype, device), VaeConfig.Read(vae.Config));
    }

    private static IEnumerable<TargetLayer> Targets(NetworkPart part, Block model) =>
        model.AdaptableLayers().Where(l => l.Container != BlockKind.Other).Select(l => TargetLayer.Of(part, l.Layer));

    private static void RefuseOtherFamilies(Checkpoint checkpoint)
    {
        if (checkpoint.Family != ModelFamily.Sd1)
            throw new CheckpointFormatException(
                $"'{checkpoint.Path}' is a {checkpoint.Detection.InWords()}; this version trains Stable Diffusion 1.x. Give an SD 1.x checkpoint with -PretrainedModelNameOrPath.");
    }
}
